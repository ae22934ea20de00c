import { joined, script } from '../../kube/container-command.ts'
import { done, tools } from './inside-script.ts'

/**
 * One TCP connect to each pair of arguments, a host and a port, side by side, with the lightest tool that tells how it
 * ended. Nothing is sent. busybox may have an nc without -z: it waits until the other end closes, so it comes last, and
 * when it must be ended it was connected, for it gives up a connect by itself. curl waits as well, and says in the end
 * whether it was connected.
 */
const crossings = script`
apart() { o=$("$@"); printf '%s\\n' "$o"; }
cross() {
  most=5
  measure "cross $1" nc 2 nc -z -w 3 "$2" "$3" ||
  measure "cross $1" bash 2 bash -c 'exec 3<>"/dev/tcp/$1/$2"' bash "$2" "$3" ||
  measure "cross $1" python3 2 python3 -c '
import socket,sys
socket.create_connection((sys.argv[1], int(sys.argv[2])), 3)' "$2" "$3" ||
  measure "cross $1" node 2 node -e '
const s=require("net").connect(+process.argv[2],process.argv[1],()=>process.exit(0))
s.on("error",e=>{console.log(e.code);process.exit(1)})
setTimeout(()=>process.exit(2),3000)' "$2" "$3" ||
  measure "cross $1" curl 2 curl -sSv -o /dev/null -w 'connected %{time_connect}' \\
    --connect-timeout 3 --max-time 4 "telnet://$2:$3" </dev/null ||
  measure "cross $1 waits" nc 4 nc -w 3 "$2" "$3" </dev/null
}
i=0
while [ $# -gt 1 ]; do
  apart cross $i "$1" "$2" &
  i=$((i+1)); shift 2
done
wait
`

export const crossingScript = joined(tools, crossings, done)
