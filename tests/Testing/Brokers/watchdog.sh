# Holds one private broker. It obeys orders from its standard input, answers each with one line, and when the input
# ends - the process that started it is gone, however it ended - it removes the broker and the folder.
# Arguments: the folder, then what starts, kills, removes, freezes and thaws a broker, each as one shell command.
folder=$1 start=$2 kill=$3 remove=$4 freeze=$5 thaw=$6
server=
trap '' INT TERM HUP

while read -r order; do
  case $order in
    start)
      # A session of its own, so that the server and all that it spawns can be ended as one.
      setsid sh -c "$start" </dev/null >>"$folder/console.log" 2>&1 &
      server=$!
      echo started ;;
    alive)
      if kill -0 "$server" 2>/dev/null; then echo yes; else echo no; fi ;;
    kill)
      sh -c "$kill" watchdog "$server" >/dev/null 2>&1
      wait "$server" 2>/dev/null
      echo killed ;;
    freeze)
      sh -c "$freeze" watchdog "$server" >/dev/null 2>&1
      echo frozen ;;
    thaw)
      sh -c "$thaw" watchdog "$server" >/dev/null 2>&1
      echo thawed ;;
  esac
done

sh -c "$remove" watchdog "$server" >/dev/null 2>&1
rm -rf "$folder"
