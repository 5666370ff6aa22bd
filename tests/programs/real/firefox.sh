#!/bin/bash
# needs: firefox-esr
echo '<html><body style="background:#fff"><h1>hello</h1><canvas id=c width=99 height=99></canvas><script>var x=document.getElementById("c").getContext("2d");x.fillStyle="red";x.fillRect(9,9,50,50);let s=0;for(let i=0;i<1e6;i++)s+=i%7;document.body.append(s)</script>' > a.html
firefox-esr --headless --screenshot "$PWD/s.png" --window-size=400,300 "file://$PWD/a.html" >/dev/null 2>&1
echo "$?"
md5sum s.png
