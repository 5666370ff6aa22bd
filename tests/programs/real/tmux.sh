#!/bin/bash
# needs: tmux
export TMUX_TMPDIR=$PWD TERM=screen LANG=C.UTF-8
t() { tmux -L test -f /dev/null "$@"; }
t new-session -d -x 60 -y 12 -s one "PS1='> ' sh -i"
t send-keys -t one 'echo $((6 * 7)) > out; stty size >> out; tmux -L test wait-for -S ready' Enter
t wait-for ready
cat out
t split-window -t one 'sh -c "echo pane; stty size; tmux -L test wait-for -S second; sleep 100"'
t wait-for second
t capture-pane -p -t one | grep -v '^$'
t list-panes -t one -F '#{pane_index} #{pane_width}x#{pane_height}'
t kill-server; echo $?
