import { joined, script } from '../kube/container-command.ts'

/*
 * The shell scripts for an application's container: POSIX sh and builtins first, since nothing else is sure to be
 * there. Sections begin with `@name` lines; times come from /proc/uptime (10 ms), which every shell can `read`.
 * Light tools come first, and the next one only when a tool had no clear answer: Node and Python take memory that
 * the container's limit may not have. "$1" is the name to look up, "$2" the address to connect to, or empty.
 */

const prelude = script`
now() { read -r u rest </proc/uptime; echo "@$1 $u"; }
# Ends a command after 8 s without timeout(1), whose options differ between builds.
limit() {
  "$@" & p=$!
  ( i=0; while [ $i -lt 8 ]; do sleep 1 || exit; i=$((i+1)); done; kill -9 $p ) >/dev/null 2>&1 &
  w=$!; wait $p; c=$?; kill $w 2>/dev/null; return $c
}
# Tells success, or enough seconds gone to call it silence.
measure() {
  kind=$1; tool=$2; long=$3; shift 3
  command -v "$tool" >/dev/null 2>&1 || return 1
  echo "@$kind $tool"; now start; s=\${u%.*}
  limit "$@" 2>&1; c=$?
  now stop; echo "@exit $c"
  [ $c = 0 ] || [ $((\${u%.*} - s)) -ge $long ]
}
show() {
  if command -v cat >/dev/null 2>&1; then cat "$1"; else while read -r l; do echo "$l"; done <"$1"; fi
}
echo @resolv
show /etc/resolv.conf
echo; echo @end
`

/** musl's loader has a name of its own; glibc's shared object, too. A static program shows neither. */
const libc = script`
echo @libc
for f in /lib/ld-musl-*; do [ -e "$f" ] && echo musl; done
for f in /lib/*/libc.so.6 /lib64/libc.so.6 /lib/libc.so.6 /usr/lib64/libc.so.6 /usr/lib/libc.so.6; do [ -e "$f" ] && echo glibc && break; done
echo @end
`

const hosts = script`
echo @hosts
show /etc/hosts
echo; echo @end
`

const getent = script`
measure look getent 4 getent ahosts "$1" ||
`

const nslookup = script`
measure look nslookup 4 nslookup "$1" ||
`

/** Each is its tool's own source, in single quotes, and gets the name as its argument. */
const pythonAndNode = script`
measure look python3 4 python3 -c '
import socket,sys
try:
  for i in socket.getaddrinfo(sys.argv[1], None): print("address", i[4][0])
except socket.gaierror as e:
  print("error", "EAI_AGAIN" if e.errno == socket.EAI_AGAIN else "ENOTFOUND"); sys.exit(1)' "$1" ||
measure look node 4 node -e 'require("dns").lookup(process.argv[1],{all:true},(e,l)=>{if(e){console.log("error",e.code);process.exit(1)}l.forEach(i=>console.log("address",i.address))})' "$1"
`

/** nc without -z waits for the other end to close: CoreDNS does after some seconds, so that form comes last. */
const connects = script`
if [ -n "$2" ]; then
measure tcp nc 2 nc -z -w 3 "$2" 53 ||
measure tcp bash 2 bash -c 'exec 3<>"/dev/tcp/$1/53"' bash "$2" ||
measure tcp python3 2 python3 -c 'import socket,sys; socket.create_connection((sys.argv[1], 53), 3)' "$2" ||
measure tcp node 2 node -e 'const s=require("net").connect(53,process.argv[1],()=>process.exit(0));s.on("error",e=>{console.log(e.code);process.exit(1)});setTimeout(()=>process.exit(2),3000)' "$2" ||
measure tcp nc 9 nc -w 3 "$2" 53
fi
`

const done = script`
echo; echo @done
`

export const insideScript = joined(prelude, libc, getent, nslookup, pythonAndNode, connects, done)

/** What the resolver of a container goes by, and one getaddrinfo of a name as it was typed. nslookup has a resolver of its own. */
export const resolverScript = joined(prelude, hosts, libc, getent, pythonAndNode, done)

/** Look-ups of "$1", "$2" in each of "$3" processes side by side, a pause of "$4" after each, none started after "$5" seconds. Not every sleep takes a fraction. */
export const lookupsScript = script`
command -v getent >/dev/null 2>&1 || { echo @none; exit 0; }
name=$1 each=$2 most=$3 pause=$4 long=$5
echo @begin
read -r t rest </proc/uptime; end=$((\${t%.*} + long))
ask() {
  i=0
  while [ $i -lt $each ]; do
    read -r s rest </proc/uptime; [ \${s%.*} -lt $end ] || return
    getent ahosts "$name" >/dev/null 2>&1; c=$?
    read -r e rest </proc/uptime; echo "@l $s $e $c"
    i=$((i+1)); sleep $pause 2>/dev/null || sleep 1
  done
}
w=0; while [ $w -lt $most ]; do ask & w=$((w+1)); sleep 0.04 2>/dev/null; done
wait
echo @done
`

/** Each C library has a dynamic loader of its own name; an image without a shell answers neither. */
export const libcScript = script`for f in /lib/ld-musl-*; do [ -e "$f" ] && echo musl; done; for f in /lib*/ld-linux* /lib/*/ld-linux* /lib/*/libc.so.6; do [ -e "$f" ] && echo glibc && break; done; true`
