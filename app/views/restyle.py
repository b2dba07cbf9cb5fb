"""Properties that the style sheet looks at."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

__all__ = ["set_look"]


def set_look(widget: QWidget, name: str, *, value: bool | str) -> None:
    """Set the property `name` and have the style sheet look again, which Qt does not by itself."""
    shown = str(value).lower() if isinstance(value, bool) else value
    if widget.property(name) == shown:
        return
    widget.setProperty(name, shown)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()
