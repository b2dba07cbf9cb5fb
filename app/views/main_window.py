"""The window: what is shared, how to reach it, what happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, Qt, QUrl, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QCloseEvent,
    QKeySequence,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QMessageBox,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.i18n import tr
from app.links import ShareLink
from app.models.folder_name import folder_name
from app.models.interfaces import InterfacesModel
from app.settings import THEMES, ShareSettings
from app.state import Field, ServerState, StartFailure
from app.views.glyphs import GlyphButton, application_icon
from app.views.link_panel import LinkPanel
from app.views.share_button import share_text
from app.views.share_form import ShareForm

if TYPE_CHECKING:
    from app.views.activity_panel import ActivityPanel

__all__ = ["MainWindow"]

_STACKED_BELOW: Final = 780
"""Pixels of width below which the cards stand one above the other."""
_FORM_WIDTH: Final = 460
_WIDEST_PAGE: Final = 1_480


class MainWindow(QMainWindow):
    """Arranges the three cards and passes on what they are asked."""

    start_requested = Signal(ShareSettings)
    stop_requested = Signal()
    appeared = Signal()
    """The window is painted for the first time; its frame leaves when the event loop goes on."""
    repaint_began = Signal()
    """The window is about to be repainted, which ends with `repainted`."""
    repainted = Signal()
    switch_requested = Signal(object)
    """Share this folder, a str, which was offered, instead of the one that is shared."""
    settings_changed = Signal(ShareSettings)
    """Something was chosen that is worth remembering."""
    theme_chosen = Signal(str)
    """One of settings.THEMES."""

    def __init__(
        self,
        settings: ShareSettings,
        interfaces: InterfacesModel,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._state = ServerState.STOPPED
        self._close_agreed = False
        self._was_painted = False
        self._question: QMessageBox | None = None
        self.form = ShareForm(settings, interfaces)
        self.form.start_requested.connect(self.start_requested)
        self.form.stop_requested.connect(self.stop_requested)
        self.form.switch_requested.connect(self.switch_requested)
        self.form.changed.connect(self.settings_changed)
        self.form.changed.connect(self._name_window)
        self.link_panel = LinkPanel()
        self.activity: ActivityPanel | None = None
        self._lower_card: QFrame
        self._make_actions(settings.theme)
        self.setMinimumSize(420, 480)
        # Before the cards are arranged, which depends on the width.
        self.resize(1_040, 800)
        self._arrange()
        self.setWindowIcon(application_icon())
        self._name_window()
        first = self.form.button if settings.folder else self.form.folder.choose_button
        first.setFocus()

    @property
    def settings(self) -> ShareSettings:
        """Everything as it is set now."""
        return self.form.settings

    def add_activity(self, panel: ActivityPanel) -> None:
        """Fill the third card, which is empty before: the lists are not needed for a first look."""
        self._cards.replaceWidget(self._lower_card, panel)
        self._lower_card.deleteLater()
        self._lower_card = self.activity = panel
        self.find_action.triggered.connect(panel.find_requests)
        self._fit()

    @Slot(ServerState)
    def show_state(self, state: ServerState) -> None:
        """Show what can be done in `state`."""
        self._state = state
        self.form.show_state(state)
        self.link_panel.show_state(state)
        self._offer_actions()
        self._name_window()

    @Slot(ShareLink)
    def show_link(self, link: ShareLink) -> None:
        """Show where the share is reached."""
        self.link_panel.show_link(link)
        port = QUrl(link.url).port()
        if port > 0:
            self.form.show_port(port)

    @Slot(StartFailure)
    def show_failure(self, failure: StartFailure) -> None:
        """Say beside the field it is about why sharing did not start."""
        self.form.show_failure(failure)

    @Slot(StartFailure)
    def show_warning(self, warning: StartFailure) -> None:
        """Say something about a field while sharing goes on; it stays until the state changes."""
        self.form.show_warning(warning)

    @Slot(Field)
    def withdraw_warning(self, field: Field) -> None:
        """Take back what was said about a field: it is not so any more."""
        self.form.messages[field].clear()

    @Slot(object)
    def offer_folder(self, folder: str) -> None:
        """Ask whether `folder` is to be shared instead of the one that is shared now."""
        self.form.offer_folder(folder)

    @Slot(int, float)
    def show_activity(self, devices: int, bytes_per_second: float) -> None:
        """Show how many devices are there, and how fast files leave in bytes per second."""
        self.link_panel.show_activity(devices, bytes_per_second)

    @Slot(ShareSettings)
    def show_settings(self, settings: ShareSettings) -> None:
        """Show these settings instead of those there were, and the window's name with them."""
        self.form.show_settings(settings)

    @Slot()
    def show_in_front(self) -> None:
        """Bring the window before the person's eyes."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def event(self, event: QEvent) -> bool:
        """Tell when all that has changed in the window is repainted: its children are, in here."""
        if event.type() != QEvent.Type.UpdateRequest:
            return super().event(event)
        self.repaint_began.emit()
        try:
            return super().event(event)
        finally:
            self.repainted.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell that the window is there when it is painted for the first time."""
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            self.appeared.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stack the cards in a narrow window, and keep them together in a very wide one."""
        super().resizeEvent(event)
        self._fit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask before transfers are cut off; otherwise closing ends Folderport."""
        self.form.finish_port()
        live = 0 if self.activity is None else self.activity.live_count
        if self._close_agreed or not live:
            event.accept()
            return
        event.ignore()
        # From the tray it may be closed while it is out of sight.
        self.show_in_front()
        if self._question is None:
            self._question = self._make_question()
        self._question.setText(
            tr(
                "%n file(s) are still being sent. Closing Folderport ends them.",
                "",
                live,
            )
        )
        self._question.open()
        self._question.activateWindow()

    def _make_question(self) -> QMessageBox:
        box = QMessageBox(QMessageBox.Icon.Question, tr("Stop sharing?"), "", parent=self)
        stop = box.addButton(tr("Stop and close"), QMessageBox.ButtonRole.AcceptRole)
        stop.clicked.connect(self._on_close_agreed)
        box.setDefaultButton(box.addButton(tr("Keep sharing"), QMessageBox.ButtonRole.RejectRole))
        return box

    def _make_actions(self, theme: str) -> None:
        self.open_action = self._action(tr("&Choose folder…"), "Ctrl+O", self.form.choose_folder)
        self.start_action = self._action("", "Ctrl+Return", self.form.toggle)
        self.start_action.setShortcuts([QKeySequence("Ctrl+Return"), QKeySequence("Ctrl+Enter")])
        # A key held down would start and cancel in turns.
        self.start_action.setAutoRepeat(False)
        self.copy_action = self._action(
            tr("Copy &address"), "Ctrl+Shift+C", self.link_panel.copy_address
        )
        self.find_action = self._action(tr("&Filter requests"), "Ctrl+F")
        self.quit_action = self._action(tr("&Quit"), "Ctrl+Q", self.close)
        self.quit_action.setMenuRole(QAction.MenuRole.QuitRole)
        self.about_action = self._action(tr("About Folderport"), "", self._show_about)
        self.about_action.setMenuRole(QAction.MenuRole.AboutRole)
        menu = QMenu(self)
        menu.addActions([self.open_action, self.start_action, self.copy_action, self.find_action])
        menu.addSeparator()
        self.theme_menu = self._make_theme_menu(theme)
        menu.addMenu(self.theme_menu)
        menu.addSeparator()
        menu.addActions([self.about_action, self.quit_action])
        self.menu_button = GlyphButton("more", colour="soft")
        self.menu_button.setProperty("kind", "quiet")
        self.menu_button.setAccessibleName(tr("Menu"))
        self.menu_button.setToolTip(tr("Menu"))
        self.menu_button.clicked.connect(
            lambda: menu.popup(self.menu_button.mapToGlobal(self.menu_button.rect().bottomLeft()))
        )
        self.form.title_row.addWidget(self.menu_button)
        QWidget.setTabOrder(self.form.button, self.menu_button)
        self.menu = menu
        self._offer_actions()

    def _offer_actions(self) -> None:
        """Let be chosen what can be done now."""
        state = self._state
        self.start_action.setText(share_text(state))
        self.start_action.setEnabled(state is not ServerState.STOPPING)
        self.open_action.setEnabled(state is ServerState.STOPPED)
        self.copy_action.setEnabled(state is ServerState.RUNNING)

    def _make_theme_menu(self, theme: str) -> QMenu:
        names = (tr("Like the &system"), tr("&Light"), tr("&Dark"))
        menu = QMenu(tr("A&ppearance"), self)
        group = QActionGroup(self)
        for value, name in zip(THEMES, names, strict=True):
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setChecked(value == theme)
            action.triggered.connect(lambda _checked=False, chosen=value: self._choose(chosen))
            group.addAction(action)
        return menu

    def _action(self, text: str, shortcut: str, slot: object = None) -> QAction:
        action = QAction(text, self)
        action.setShortcut(QKeySequence(shortcut))
        if slot is not None:
            action.triggered.connect(slot)
        self.addAction(action)
        return action

    @Slot()
    def _show_about(self) -> None:
        from app.views.about import AboutDialog  # late: few ask for it, and every start would wait

        AboutDialog(self).open()

    def _arrange(self) -> None:
        self._top = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._top.setSpacing(16)
        self._top.addWidget(self.form)
        self._top.addWidget(self.link_panel, 1)
        self._column = QWidget()
        self._cards = QVBoxLayout(self._column)
        self._cards.setContentsMargins(0, 0, 0, 0)
        self._cards.setSpacing(16)
        self._cards.addLayout(self._top)
        self._lower_card = QFrame()
        self._lower_card.setProperty("kind", "card")
        self._cards.addWidget(self._lower_card, 1)
        page = QWidget()
        page.setObjectName("page")
        self._margins = QHBoxLayout(page)
        self._margins.addStretch(1)
        self._margins.addWidget(self._column, 1_000)
        self._margins.addStretch(1)
        self._column.setMaximumWidth(_WIDEST_PAGE)
        scroll = QScrollArea()
        scroll.setObjectName("scroll")
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(page)
        self.setCentralWidget(scroll)
        self._fit()

    def _fit(self) -> None:
        stacked = self.width() < _STACKED_BELOW
        direction = QBoxLayout.Direction
        self._top.setDirection(direction.TopToBottom if stacked else direction.LeftToRight)
        margin = 16 if stacked else 20
        self._margins.setContentsMargins(margin, margin, margin, margin)
        self.form.setMinimumWidth(0 if stacked else min(_FORM_WIDTH, self.width() * 45 // 100))
        self.form.setMaximumWidth(16_777_215 if stacked else _FORM_WIDTH)
        self._lower_card.setMinimumHeight(380 if stacked else 250)

    def _choose(self, theme: str) -> None:
        self.form.set_theme(theme)
        self.theme_chosen.emit(theme)

    @Slot()
    def _name_window(self) -> None:
        if self._state is ServerState.RUNNING:
            title = tr("{folder} is shared · Folderport")
            self.setWindowTitle(title.replace("{folder}", folder_name(self.settings.folder)))
        else:
            self.setWindowTitle("Folderport")

    @Slot()
    def _on_close_agreed(self) -> None:
        self._close_agreed = True
        self.close()
