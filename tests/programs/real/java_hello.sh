#!/bin/bash
# needs: java
java -Xshare:auto -XX:TieredStopAtLevel=1 -version 2>&1 | head -1
