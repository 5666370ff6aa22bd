#!/bin/bash
# needs: git
export GIT_AUTHOR_DATE='2020-01-01T00:00:00Z' GIT_COMMITTER_DATE='2020-01-01T00:00:00Z' GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a
git init -q -b main r; cd r; for i in $(seq 20); do seq $i 200 >f$i; git add .; git commit -qm "commit $i"; done
git log --oneline | tail -3; git gc -q; git fsck; git clone -q . ../c; git -C ../c log --oneline | wc -l; git grep -c 77 | head -3
