"use strict";

// Links lead from file to file; with this, keys and fingers do too, and a picture can be enlarged.

const MOST = 8; // times the size in which a picture fits its stage
const STEP = 1.5;
const TAP = { within: 300, around: 30 }; // milliseconds between two taps, CSS pixels
const SWIPE = 60; // CSS pixels
const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const isMirrored = document.documentElement.dir === "rtl";

const said = document.createElement("p");
said.className = "unseen";
said.setAttribute("role", "status");

let picture = null; // the element of the picture that is shown
let zoom = { scale: 1, x: 0, y: 0 }; // of the picture, from the middle of its stage
let asked = 0; // which page was asked for last

const linkTo = relation => document.querySelector(`a[rel=${relation}]`);

/** Put the picture where `zoom` says, but no further than to its edges; `x` moves it as it is. */
function place(x = 0) {
  const stage = picture.parentElement;
  const most = (size, room) => Math.max(0, (size * zoom.scale - room) / 2);
  const across = most(picture.offsetWidth, stage.clientWidth);
  const down = most(picture.offsetHeight, stage.clientHeight);
  zoom.x = Math.min(Math.max(zoom.x, -across), across);
  zoom.y = Math.min(Math.max(zoom.y, -down), down);
  const isWhole = zoom.scale === 1 && x === 0;
  picture.style.transform = isWhole ? "" : `translate(${zoom.x + x}px, ${zoom.y}px) scale(${zoom.scale})`;
  document.body.classList.toggle("zoomed", zoom.scale > 1);
}

/** Enlarge the picture around a point of the window, or around its stage's middle. */
function enlarge(factor, clientX, clientY) {
  const box = picture.parentElement.getBoundingClientRect();
  const x = clientX === undefined ? 0 : clientX - box.left - box.width / 2;
  const y = clientY === undefined ? 0 : clientY - box.top - box.height / 2;
  const scale = Math.min(Math.max(zoom.scale * factor, 1), MOST);
  const grown = scale / zoom.scale;
  zoom = { scale, x: x - (x - zoom.x) * grown, y: y - (y - zoom.y) * grown };
  place();
}

/** Show the page of another file in place of this one: the way back stays that to the folder. */
async function show(link) {
  if (!link) {
    return false;
  }
  const mine = ++asked;
  const relation = link.rel;
  const hadFocus = link === document.activeElement;
  let page;
  try {
    const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) {
      throw new Error(answer.statusText);
    }
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    location.assign(link.href); // where the browser says what is wrong
    return true;
  }
  if (mine !== asked) {
    return true;
  }
  history.replaceState(null, "", link.href);
  document.title = page.title;
  for (const sheet of page.querySelectorAll("link[rel=stylesheet]")) {
    if (!document.querySelector(`link[href="${CSS.escape(sheet.getAttribute("href"))}"]`)) {
      document.head.append(document.adoptNode(sheet));
    }
  }
  document.body.className = page.body.className;
  document.body.replaceChildren(...page.body.children, said);
  begin();
  const heading = document.querySelector("h1").textContent;
  const position = document.querySelector("body > nav p");
  said.textContent = position ? `${heading}, ${position.textContent}` : heading;
  if (hadFocus) {
    (linkTo(relation) || linkTo(relation === "next" ? "prev" : "next")).focus();
  }
  return true;
}

/** Follow the fingers on what is shown: one goes to another file or moves what is enlarged, two enlarge. */
function followFingers(main) {
  const fingers = new Map();
  let start = null; // where the one finger came down
  let tap = null; // the last tap
  const apart = () => {
    const [one, other] = fingers.values();
    return {
      distance: Math.hypot(one.x - other.x, one.y - other.y),
      x: (one.x + other.x) / 2,
      y: (one.y + other.y) / 2,
    };
  };
  const moved = () => main.firstElementChild;
  const shift = x => {
    if (picture) {
      place(x);
    } else {
      moved().style.transform = x ? `translate(${x}px)` : "";
    }
  };

  main.addEventListener("pointerdown", event => {
    if (event.target.closest("audio, video, a, .sheet") || event.button) {
      return;
    }
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    main.setPointerCapture(event.pointerId);
    start = fingers.size === 1 ? { x: event.clientX, y: event.clientY, touch: event.pointerType !== "mouse" } : null;
    picture?.classList.add("moving");
  });
  main.addEventListener("pointermove", event => {
    const before = fingers.get(event.pointerId);
    if (!before) {
      return;
    }
    const now = { x: event.clientX, y: event.clientY };
    if (picture && fingers.size === 2) {
      const old = apart();
      fingers.set(event.pointerId, now);
      const { distance, x, y } = apart();
      zoom.x += x - old.x;
      zoom.y += y - old.y;
      enlarge(distance / Math.max(old.distance, 1), x, y);
      return;
    }
    fingers.set(event.pointerId, now);
    if (picture && zoom.scale > 1) {
      zoom.x += now.x - before.x;
      zoom.y += now.y - before.y;
      place();
    } else if (start?.touch && !isCalm) {
      shift(now.x - start.x);
    }
  });
  main.addEventListener("pointerup", async event => {
    if (!fingers.delete(event.pointerId) || fingers.size) {
      return;
    }
    picture?.classList.remove("moving");
    const x = start ? event.clientX - start.x : 0;
    const y = start ? event.clientY - start.y : 0;
    if (start?.touch && zoom.scale === 1 && Math.abs(x) > SWIPE && Math.abs(x) > 2 * Math.abs(y)) {
      start = null;
      if (await show(linkTo((x < 0) === isMirrored ? "prev" : "next"))) {
        return;
      }
    } else if (start && picture && Math.hypot(x, y) < 10) {
      const isSecond = tap && event.timeStamp - tap.at < TAP.within
        && Math.hypot(event.clientX - tap.x, event.clientY - tap.y) < TAP.around;
      tap = isSecond ? null : { at: event.timeStamp, x: event.clientX, y: event.clientY };
      if (isSecond) {
        enlarge(zoom.scale > 1 ? 0 : 2.5, event.clientX, event.clientY);
        return;
      }
    }
    shift(0);
  });
  main.addEventListener("pointercancel", event => {
    fingers.delete(event.pointerId);
    start = null;
    picture?.classList.remove("moving");
    shift(0);
  });
  main.addEventListener("wheel", event => {
    if (picture) {
      event.preventDefault();
      enlarge(Math.exp(-event.deltaY / 400), event.clientX, event.clientY);
    }
  }, { passive: false });
}

document.addEventListener("keydown", event => {
  const isBusy = event.target.closest("input, audio, video, .sheet, article");
  if (event.ctrlKey || event.metaKey || event.altKey || (isBusy && event.key !== "Escape")) {
    return;
  }
  const onward = isMirrored ? "ArrowLeft" : "ArrowRight";
  const arrows = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  const arrow = arrows[event.key];
  if (picture && ["+", "=", "-", "0"].includes(event.key)) {
    enlarge({ "-": 1 / STEP, 0: 0 }[event.key] ?? STEP);
  } else if (zoom.scale > 1 && arrow) {
    zoom.x += 80 * arrow[0];
    zoom.y += 80 * arrow[1];
    place();
  } else if (zoom.scale > 1 && event.key === "Escape") {
    enlarge(0);
  } else if (event.key === "Escape") {
    linkTo("up").click();
  } else if (arrow && arrow[0]) {
    show(linkTo(event.key === onward ? "next" : "prev"));
  } else {
    return;
  }
  event.preventDefault();
});

document.addEventListener("click", event => {
  const link = event.target.closest("a[rel=next], a[rel=prev]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey) {
    event.preventDefault();
    show(link);
  }
});

/** Make the page that has come to be shown work. */
function begin() {
  picture = document.querySelector("body.image main img");
  zoom = { scale: 1, x: 0, y: 0 };
  const time = document.querySelector("header time");
  const moment = new Date(time.dateTime);
  if (!Number.isNaN(moment.valueOf())) {
    time.textContent = moment.toLocaleDateString(undefined, { dateStyle: "medium" });
  }
  for (const link of [linkTo("next"), linkTo("prev")]) {
    if (link?.dataset.image) {
      new Image().src = link.dataset.image;
    }
  }
  const media = document.querySelector("body.image main img, video, audio");
  const fail = () => {
    if (!media.isConnected) {
      return; // its page was turned meanwhile
    }
    picture = null;
    zoom = { scale: 1, x: 0, y: 0 };
    document.body.classList.remove("zoomed");
    document.body.classList.add("unplayable");
  };
  media?.addEventListener("error", fail);
  // A drawing may have no width of its own.
  const isDrawing = /\.svgz?$/i.test(media?.currentSrc);
  if (media?.error || (media?.complete && !media.naturalWidth && !isDrawing)) {
    fail();
  }
  followFingers(document.querySelector("main"));
}

document.body.append(said);
window.addEventListener("resize", () => picture && place());
begin();
