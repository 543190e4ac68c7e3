# ~layar/.profile: on the screen itself, and only there, nothing but the browser. -nocursor hides the pointer: leave it out where there is a mouse.
if [ "$(tty)" = /dev/tty1 ]; then
  exec startx /opt/panggil/docs/deploy/screen.sh -- -nocursor -s 0 -dpms
fi
