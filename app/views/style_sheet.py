"""The look of Qt's widgets, made from the palette: flat cards, thin lines, one accent."""

from __future__ import annotations

from string import Template
from typing import Final

from app.views.palette import Tokens

__all__ = ["style_sheet"]

_SHEET: Final = Template("""
QWidget { font-size: ${text}px; }
QMainWindow, QWidget#page, QScrollArea#scroll { background: $background; border: none; }
QLabel { background: transparent; color: $ink; }
QLabel[kind="title"] { font-size: ${title}px; font-weight: 600; }
QLabel[kind="strong"] { font-size: ${strong}px; font-weight: 600; }
QLabel[kind="address"] { font-size: ${address}px; font-weight: 600; }
QLabel[kind="soft"] { color: $soft; }
QLabel[kind="hint"] { color: $soft; font-size: ${hint}px; }
QLabel[kind="error"] { color: $bad; }
QLabel[kind="notice"] { color: $ink; }
QLabel[kind="number"] {
    color: $accent; background: $accent_tint; border-radius: 17px; font-weight: 600;
}
QFrame[kind="card"] { background: $card; border: 1px solid $line; border-radius: 14px; }
QFrame#folder { background: $field; border: 1px solid $line_strong; border-radius: 12px; }
QFrame#folder[filled="false"] { border: 1px dashed $soft; }
QFrame#folder[invalid="true"] { border: 1px solid $bad; background: $bad_tint; }
QFrame#folder[drop="true"] { border: 2px dashed $accent; background: $accent_tint; }
QFrame#folder[locked="true"] { border: 1px solid $line; background: $card; }

QPushButton {
    min-height: 34px; padding: 0 14px; border-radius: 9px;
    border: 1px solid $line_strong; background: $card; color: $ink;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $pressed; }
QPushButton:focus { border: 2px solid $accent; padding: 0 13px; min-height: 32px; }
QPushButton:disabled { color: $soft; border-color: $line; background: $field; }
QPushButton[kind="square"] { padding: 0; min-width: 34px; max-width: 34px; }
QPushButton[kind="square"]:focus { min-width: 32px; max-width: 32px; }
QPushButton[kind="quiet"] {
    border-color: transparent; background: transparent;
    padding: 0; min-width: 34px; max-width: 34px;
}
QPushButton[kind="quiet"]:hover { background: $hover; }
QPushButton[kind="quiet"]:pressed { background: $pressed; }
QPushButton[kind="quiet"]:focus {
    border: 2px solid $accent; padding: 0; min-width: 32px; max-width: 32px;
}
QPushButton[kind="fix"] { min-height: 28px; color: $ink; border-color: $line_strong; }
QPushButton[kind="fix"]:focus { min-height: 26px; border-color: $accent; }
QPushButton[kind="float"] {
    border-radius: 16px; min-height: 30px; color: $accent; font-weight: 600;
}
QPushButton[kind="primary"], QPushButton[kind="stop"],
QPushButton[kind="cancel"], QPushButton[kind="busy"] {
    min-height: 44px; border-radius: 11px; font-size: ${strong}px; font-weight: 600;
}
QPushButton[kind="primary"] { border: 1px solid $fill; background: $fill; color: $on_fill; }
QPushButton[kind="primary"]:hover { background: $fill_hover; border-color: $fill_hover; }
QPushButton[kind="primary"]:pressed { background: $fill_pressed; border-color: $fill_pressed; }
QPushButton[kind="primary"]:focus { border: 2px solid $ink; min-height: 42px; }
QPushButton[kind="busy"] { border-color: $line; background: $field; color: $soft; }
QPushButton[kind="cancel"]:focus, QPushButton[kind="busy"]:focus {
    border: 2px solid $accent; min-height: 42px;
}
QPushButton[kind="stop"] {
    border: 2px solid $bad; background: $card; color: $bad; min-height: 42px;
}
QPushButton[kind="stop"]:hover { background: $bad_tint; }
QPushButton[kind="stop"]:pressed { background: $bad_tint; }
QPushButton[kind="stop"]:focus { border: 3px solid $bad; min-height: 40px; }

QLineEdit, QComboBox {
    min-height: 34px; padding: 0 11px; border-radius: 9px;
    border: 1px solid $outline; background: $field; color: $ink;
    selection-background-color: $fill; selection-color: $on_fill;
}
/* A line edit puts two pixels of its own before the text. */
QLineEdit { placeholder-text-color: $soft; padding: 0 9px; }
QLineEdit:hover, QComboBox:hover { background: $hover; }
QLineEdit:focus, QComboBox:focus, QComboBox:on {
    border: 2px solid $accent; padding: 0 10px; min-height: 32px; background: $card;
}
QLineEdit[invalid="true"], QComboBox[invalid="true"] { border-color: $bad; background: $bad_tint; }
QLineEdit:disabled, QComboBox:disabled { background: $card; border-color: $line; color: $ink; }
QLineEdit:focus { padding: 0 8px; }
QLineEdit:disabled { placeholder-text-color: $ink; }
QComboBox { padding-right: 30px; }
QComboBox:focus, QComboBox:on { padding-right: 29px; }
QComboBox { combobox-popup: 0; }
QComboBox::drop-down { border: none; width: 30px; }
QComboBox::down-arrow { image: none; }
QComboBox QAbstractItemView {
    background: $card; border: 1px solid $line_strong; padding: 5px; outline: none;
}
QComboBox QAbstractItemView::item {
    min-height: 32px; padding: 0 8px; border-radius: 6px; color: $ink;
}
QComboBox QAbstractItemView::item:hover, QComboBox QAbstractItemView::item:selected {
    background: $selection; color: $ink;
}

QTabBar { background: transparent; border: none; }
QTableView {
    background: $card; border: 1px solid transparent; border-radius: 8px; outline: none;
    color: $ink;
}
QTableView:focus { border-color: $accent; }
QHeaderView { background: $card; border: none; }
QHeaderView::section {
    background: $card; color: $soft; border: none; border-bottom: 1px solid $line;
    padding: 0 10px 0 11px; min-height: 30px; font-size: ${hint}px;
}
QTableCornerButton::section { background: $card; border: none; }

QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 10px; margin: 2px; }
QScrollBar:horizontal { height: 10px; margin: 2px; }
QScrollBar::handle { background: $line_strong; border-radius: 3px; }
QScrollBar::handle:vertical { min-height: 36px; }
QScrollBar::handle:horizontal { min-width: 36px; }
QScrollBar::handle:hover { background: $soft; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QMenu { background: $card; border: 1px solid $line_strong; padding: 6px; color: $ink; }
QMenu::item { padding: 8px 28px 8px 12px; border-radius: 6px; }
QMenu::item:selected { background: $selection; color: $ink; }
QMenu::item:disabled { color: $soft; }
QMenu::separator { height: 1px; background: $line; margin: 6px 4px; }
QMenu::indicator { width: 16px; height: 16px; }
QToolTip {
    background: $card; color: $ink; border: 1px solid $line_strong; padding: 6px;
}
QDialog { background: $card; }

QListWidget, QPlainTextEdit {
    background: $field; color: $ink; border: 1px solid $line_strong; border-radius: 9px;
    padding: 5px; outline: none; selection-background-color: $fill; selection-color: $on_fill;
}
QListWidget:focus, QPlainTextEdit:focus { border: 2px solid $accent; padding: 4px; }
QListWidget::item { min-height: 28px; padding: 0 8px; border-radius: 6px; color: $ink; }
QListWidget::item:hover, QListWidget::item:selected { background: $selection; color: $ink; }
""")


def style_sheet(tokens: Tokens, text_size: int) -> str:
    """Return the style sheet in these colours; `text_size` is the plain text's height in pixels."""
    sizes = {
        "text": text_size,
        "hint": text_size - 1,
        "strong": text_size + 2,
        "address": text_size + 5,
        "title": text_size + 7,
    }
    colours = {name: tokens.named(name) for name in type(tokens).__dataclass_fields__}
    return _SHEET.substitute(colours, **{name: str(size) for name, size in sizes.items()})
