#!/bin/bash
# needs: /usr/lib/wine/wine64
export WINEPREFIX=$PWD/wine WINEDEBUG=-all
/usr/lib/wine/wine64 cmd /c 'echo hello & ver' 2>/dev/null
echo "$?"
