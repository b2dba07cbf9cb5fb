"""The one door to translated texts: English is the source, the rest is in resources/."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from app.resources import resource_path

__all__ = ["install_translations", "tr"]


def tr(text: str, comment: str = "", n: int = -1) -> str:
    """Return `text` in the language of the application, with the number `n` in it.

    `%n` stands for its digits, `%Ln` for it as the language writes it ("2,080"). `comment` tells
    two meanings of one text apart. The name and the order of the arguments are those of QObject.tr,
    which is how `pyside6-lupdate` finds the texts.
    """
    return QCoreApplication.translate("", text, comment, n)


def install_translations(application: QCoreApplication, locale: QLocale) -> None:
    """Install what there is for `locale`: Qt's own texts and Folderport's.

    English is always there, since its plural forms ("1 item", "2 items") are a translation too.
    """
    folder = str(resource_path("translations"))
    qt_folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    # By its name: the enumerations of every language and country would take 10 ms of each start.
    english = QLocale("en_US")
    # The translator installed last is asked first.
    for file, where, language in (
        ("folderport", folder, english),
        ("qtbase", qt_folder, locale),
        ("folderport", folder, locale),
    ):
        translator = QTranslator(application)
        if translator.load(language, file, "_", where):
            application.installTranslator(translator)
