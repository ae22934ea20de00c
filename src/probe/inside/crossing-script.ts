import { joined, script } from '../../kube/container-command.ts'
import { done, tools } from './inside-script.ts'

/**
 * One TCP connect to each pair of arguments, a host and a port, side by side, with the lightest tool that tells how it
 * ended. Nothing is sent. bash, Python and Node stay on for 0.3 s, and say by a word what the other end did: it stayed,
 * it spoke, or it hung up without a byte, twice. busybox may have an nc without -z: it waits until the other end
 * closes, so it comes last, and when it must be ended it was connected, for it gives up a connect by itself. curl waits
 * as well, and says in the end whether it was connected. Where Node gets its CPU late, its clock rings before it has
 * heard that the connection stands: it listens once more.
 */
const crossings = script`
apart() { o=$("$@"); printf '%s\\n' "$o"; }
cross() {
  most=5
  measure "cross $1" bash 2 bash -c '
exec 3<>"/dev/tcp/$1/$2" || exit 1
[ "\${BASH_VERSINFO[0]}" -ge 4 ] || exit 0
IFS= read -r -d "" -n 1 -t 0.3 -u 3 byte 2>/dev/null; c=$?
if [ $c = 1 ]; then
  sleep 0.4 2>/dev/null
  exec 3<>"/dev/tcp/$1/$2" || exit 1
  IFS= read -r -d "" -n 1 -t 0.3 -u 3 byte 2>/dev/null; c=$?
fi
case $c in 0) echo spoke;; 1) echo hung-up;; *) echo stayed;; esac' bash "$2" "$3" ||
  measure "cross $1" nc 2 nc -z -w 3 "$2" "$3" ||
  measure "cross $1" python3 2 python3 -c '
import socket,sys,time
def stay():
  s=socket.create_connection((sys.argv[1], int(sys.argv[2])), 3)
  s.settimeout(0.3)
  try: return "spoke" if s.recv(1) else "hung-up"
  except socket.timeout: return "stayed"
  except OSError: return "hung-up"
word=stay()
if word=="hung-up":
  time.sleep(0.4)
  word=stay()
print(word)' "$2" "$3" ||
  measure "cross $1" node 2 node -e '
const stay=last=>{
  const s=require("net").connect(+process.argv[2],process.argv[1])
  let stands=false,t=setTimeout(()=>setImmediate(()=>stands||process.exit(2)),3000)
  const end=word=>{
    clearTimeout(t);s.removeAllListeners();s.on("error",()=>{});s.destroy()
    if(word==="hung-up"&&!last)return setTimeout(stay,400,true)
    console.log(word);process.exit(0)
  }
  s.on("connect",()=>{stands=true;clearTimeout(t);t=setTimeout(end,300,"stayed")})
  s.on("data",()=>end("spoke"))
  s.on("end",()=>end("hung-up"))
  s.on("error",e=>{if(stands)return end("hung-up");console.log(e.code);process.exit(1)})
}
stay(false)' "$2" "$3" ||
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
