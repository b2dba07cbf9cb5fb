; The installer for Windows: for one person, without asking for an administrator.
; windows_setup.py gives VERSION, FOUR_NUMBERS, TARGET, ICON, SIZE (KiB), FILES and REMOVALS, and SIGN
; where it is to be signed.
Unicode true
; NSIS' own makers ship it for 32 bits alone, Debian for 64 as well, which a Wine of 64 bits needs.
!if /FileExists "${NSISDIR}/Stubs/lzma_solid-amd64-unicode"
  Target amd64-unicode
!endif
!include MUI2.nsh
!include Sections.nsh
!include FileFunc.nsh
!include x64.nsh
!include WinVer.nsh

!define NAME "Folderport"
!define PROGRAM "Folderport.exe"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Folderport"
!define SHELL_KEY "Software\Classes"
!define VERB "Folderport.Share"
!define SUPERSEDED "$INSTDIR\superseded"

Name "${NAME}"
OutFile "${TARGET}"
InstallDir "$LOCALAPPDATA\Programs\Folderport"
InstallDirRegKey HKCU "${UNINSTALL_KEY}" "InstallLocation"
RequestExecutionLevel user
SetCompressor /SOLID lzma
; The same setup from the same files, whenever they were written.
SetDateSave off
ManifestDPIAware true
ManifestSupportedOS Win10
BrandingText "${NAME} ${VERSION}"
VIProductVersion "${FOUR_NUMBERS}"
VIAddVersionKey /LANG=0 "ProductName" "${NAME}"
VIAddVersionKey /LANG=0 "ProductVersion" "${VERSION}"
VIAddVersionKey /LANG=0 "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=0 "FileDescription" "${NAME} Setup"
VIAddVersionKey /LANG=0 "CompanyName" "The Folderport authors"
VIAddVersionKey /LANG=0 "LegalCopyright" "The Folderport authors, MIT License"
!ifdef SIGN
  !finalize '${SIGN} "%1"' = 0
  !uninstfinalize '${SIGN} "%1"' = 0
!endif

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_RUN "$INSTDIR\${PROGRAM}"
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "German"

LangString Verb ${LANG_ENGLISH} "Share with Folderport"
LangString Verb ${LANG_GERMAN} "Mit Folderport freigeben"
LangString Files ${LANG_ENGLISH} "Folderport and its entry in the start menu"
LangString Files ${LANG_GERMAN} "Folderport und der Eintrag im Startmenü"
LangString Menu ${LANG_ENGLISH} "$\"Share with Folderport$\" in the menu of folders"
LangString Menu ${LANG_GERMAN} "$\"Mit Folderport freigeben$\" im Menü von Ordnern"
LangString Desktop ${LANG_ENGLISH} "Icon on the desktop"
LangString Desktop ${LANG_GERMAN} "Symbol auf dem Desktop"
LangString TooOld ${LANG_ENGLISH} "Folderport needs Windows 10 or newer, of 64 bits."
LangString TooOld ${LANG_GERMAN} "Folderport benötigt Windows 10 oder neuer mit 64 Bit."
LangString Running ${LANG_ENGLISH} "Folderport is running. Close its window, then choose Retry."
LangString Running ${LANG_GERMAN} "Folderport läuft noch. Schließen Sie das Fenster und wählen Sie dann Wiederholen."

; Where a person is asked, the window is left to them to be closed; what is silent goes on beside it.
!macro WAIT_UNTIL_CLOSED FILE
  IfSilent closed_${FILE}
  again_${FILE}:
  IfFileExists "$INSTDIR\${FILE}" 0 closed_${FILE}
  ClearErrors
  FileOpen $0 "$INSTDIR\${FILE}" a
  IfErrors 0 free_${FILE}
  MessageBox MB_RETRYCANCEL|MB_ICONINFORMATION "$(Running)" IDRETRY again_${FILE}
  Abort
  free_${FILE}:
  FileClose $0
  closed_${FILE}:
!macroend

; What a running program has loaded can be renamed, and neither be written nor deleted.
Function un.TakeAway
  Exch $0
  Delete $0
  ${If} ${FileExists} $0
    CreateDirectory "${SUPERSEDED}"
    GetTempFileName $1 "${SUPERSEDED}"
    Delete $1
    Rename $0 $1
  ${EndIf}
  Pop $0
FunctionEnd

!macro TAKE_AWAY FILE
  Push "${FILE}"
  Call un.TakeAway
!macroend

Function un.onInit
  SetRegView 64
FunctionEnd

Section "-$(Files)" SectionFiles
  SectionIn RO
  !insertmacro WAIT_UNTIL_CLOSED "Folderport.exe"
  !insertmacro WAIT_UNTIL_CLOSED "folderport-terminal.exe"
  ; What an older version had and this one has not is taken away by that version itself.
  ReadRegStr $2 HKCU "${UNINSTALL_KEY}" "InstallLocation"
  ${If} $2 != ""
  ${AndIf} ${FileExists} "$2\uninstall.exe"
    ; Silent, nothing else makes the folder for what is needed meanwhile.
    InitPluginsDir
    CopyFiles /SILENT "$2\uninstall.exe" "$PLUGINSDIR\older.exe"
    ExecWait '"$PLUGINSDIR\older.exe" /S /UPGRADE _?=$2'
  ${EndIf}
  ; Where it is wanted, it is made below.
  Delete "$DESKTOP\Folderport.lnk"
  !include "${FILES}"
  SetOutPath "$INSTDIR"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\Folderport.lnk" "$INSTDIR\${PROGRAM}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayName" "${NAME}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\${PROGRAM}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "Publisher" "The Folderport authors"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "URLInfoAbout" "https://github.com/folderport/folderport"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "EstimatedSize" ${SIZE}
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoRepair" 1
SectionEnd

!macro ADD_VERB OF ARGUMENT
  WriteRegStr HKCU "${SHELL_KEY}\${OF}\shell\${VERB}" "" "$(Verb)"
  WriteRegStr HKCU "${SHELL_KEY}\${OF}\shell\${VERB}" "Icon" "$INSTDIR\${PROGRAM}"
  WriteRegStr HKCU "${SHELL_KEY}\${OF}\shell\${VERB}\command" "" '"$INSTDIR\${PROGRAM}" "${ARGUMENT}"'
!macroend

Section "$(Menu)" SectionMenu
  !insertmacro ADD_VERB "Directory" "%1"
  ; A drive's path ends with the character that would take the quotation mark behind it: "D:\."
  !insertmacro ADD_VERB "Directory\Background" "%V\."
  !insertmacro ADD_VERB "Drive" "%1."
SectionEnd

Section /o "$(Desktop)" SectionDesktop
  CreateShortcut "$DESKTOP\Folderport.lnk" "$INSTDIR\${PROGRAM}"
SectionEnd

Function .onInit
  ${IfNot} ${RunningX64}
  ${OrIfNot} ${AtLeastWin10}
    MessageBox MB_OK|MB_ICONSTOP "$(TooOld)" /SD IDOK
    SetErrorLevel 3
    Abort
  ${EndIf}
  SetRegView 64
  ; An upgrade leaves the menu of folders and the desktop as a person has them.
  ReadRegStr $0 HKCU "${UNINSTALL_KEY}" "InstallLocation"
  ${If} $0 != ""
    ReadRegStr $0 HKCU "${SHELL_KEY}\Directory\shell\${VERB}" ""
    ${If} $0 == ""
      !insertmacro UnselectSection ${SectionMenu}
    ${EndIf}
    ${If} ${FileExists} "$DESKTOP\Folderport.lnk"
      !insertmacro SelectSection ${SectionDesktop}
    ${EndIf}
  ${EndIf}
FunctionEnd

Section "Uninstall"
  !insertmacro WAIT_UNTIL_CLOSED "Folderport.exe"
  !insertmacro WAIT_UNTIL_CLOSED "folderport-terminal.exe"
  !include "${REMOVALS}"
  Delete "$INSTDIR\uninstall.exe"
  RMDir /r "${SUPERSEDED}"
  ${If} ${FileExists} "${SUPERSEDED}\*.*"
    ; Windows itself deletes at its next start for administrators alone.
    WriteRegStr HKCU "Software\Microsoft\Windows\CurrentVersion\RunOnce" "Folderport" \
      'cmd.exe /d /c rmdir /s /q "${SUPERSEDED}" & rmdir "$INSTDIR"'
  ${EndIf}
  RMDir "$INSTDIR"
  DeleteRegKey HKCU "${SHELL_KEY}\Directory\shell\${VERB}"
  DeleteRegKey HKCU "${SHELL_KEY}\Directory\Background\shell\${VERB}"
  DeleteRegKey HKCU "${SHELL_KEY}\Drive\shell\${VERB}"
  Delete "$SMPROGRAMS\Folderport.lnk"
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/UPGRADE" $1
  ${If} ${Errors}
    ; Not what a newer version is about to use: the icon that was asked for, small pictures, what
    ; was chosen in the window and which folders, and how a second start finds the first.
    Delete "$DESKTOP\Folderport.lnk"
    RMDir /r "$LOCALAPPDATA\folderport\thumbnails"
    RMDir "$LOCALAPPDATA\folderport"
    Delete "$APPDATA\Folderport\Folderport.ini"
    RMDir "$APPDATA\Folderport"
    Delete "$LOCALAPPDATA\cache\folderport\folderport.lock"
    Delete "$LOCALAPPDATA\cache\folderport\folderport.pipe"
    RMDir "$LOCALAPPDATA\cache\folderport"
  ${EndIf}
  DeleteRegKey HKCU "${UNINSTALL_KEY}"
SectionEnd
