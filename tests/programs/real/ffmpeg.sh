#!/bin/bash
# needs: ffmpeg
quiet="-hide_banner -loglevel error -nostdin"
ffmpeg $quiet -f lavfi -i testsrc=duration=1:size=160x120:rate=5 -frames:v 1 picture.png && md5sum picture.png
ffmpeg $quiet -f lavfi -i testsrc2=duration=1:size=128x96:rate=10 -pix_fmt yuv420p -threads 2 -f framemd5 -
ffmpeg $quiet -bitexact -f lavfi -i sine=frequency=440:duration=1 -ar 8000 -c:a pcm_s16le tone.wav && md5sum tone.wav
ffmpeg $quiet -i picture.png -vf scale=80:60:flags=bitexact+neighbor -f rawvideo - | md5sum
