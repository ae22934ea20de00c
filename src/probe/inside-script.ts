/**
 * The shell script for an application's container: POSIX sh and builtins first, since nothing else is sure to be
 * there. Sections begin with `@name` lines; times come from /proc/uptime (10 ms), which every shell can `read`.
 * Light tools come first, and the next one only when a tool had no clear answer: Node and Python take memory that
 * the container's limit may not have.
 */
export function insideScript(name: string, dnsService: string | null): string {
  return `${prelude}echo @resolv
if command -v cat >/dev/null 2>&1; then cat /etc/resolv.conf; else while read -r l; do echo "$l"; done </etc/resolv.conf; fi
echo; echo @end
${libcSection}
measure look getent 4 getent ahosts '${name}' ||
measure look nslookup 4 nslookup '${name}' ||
measure look python3 4 python3 -c '${pythonLookup}' '${name}' ||
measure look node 4 node -e '${nodeLookup}' '${name}'
${dnsService === null ? '' : connects(dnsService)}
echo; echo @done
`
}

/** What the resolver of a container goes by, and one getaddrinfo of a name as it was typed. nslookup has a resolver of its own. */
export function resolverScript(name: string): string {
  return `${prelude}
show() {
  if command -v cat >/dev/null 2>&1; then cat "$1"; else while read -r l; do echo "$l"; done <"$1"; fi
}
echo @resolv
show /etc/resolv.conf
echo; echo @end
echo @hosts
show /etc/hosts
echo; echo @end
${libcSection}
measure look getent 4 getent ahosts '${name}' ||
measure look python3 4 python3 -c '${pythonLookup}' '${name}' ||
measure look node 4 node -e '${nodeLookup}' '${name}'
echo; echo @done
`
}

/** musl's loader has a name of its own; glibc's shared object, too. A static program shows neither. */
const libcSection = `echo @libc
for f in /lib/ld-musl-*; do [ -e "$f" ] && echo musl; done
for f in /lib/*/libc.so.6 /lib64/libc.so.6 /lib/libc.so.6 /usr/lib64/libc.so.6 /usr/lib/libc.so.6; do [ -e "$f" ] && echo glibc && break; done
echo @end`

const prelude = `
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
`

const pythonLookup = `
import socket,sys
try:
  for i in socket.getaddrinfo(sys.argv[1], None): print("address", i[4][0])
except socket.gaierror as e:
  print("error", "EAI_AGAIN" if e.errno == socket.EAI_AGAIN else "ENOTFOUND"); sys.exit(1)`

const nodeLookup = `require("dns").lookup(process.argv[1],{all:true},(e,l)=>{if(e){console.log("error",e.code);process.exit(1)}l.forEach(i=>console.log("address",i.address))})`

/** nc without -z waits for the other end to close: CoreDNS does after some seconds, so that form comes last. */
function connects(ip: string): string {
  const node = `const s=require("net").connect(53,"${ip}",()=>process.exit(0));s.on("error",e=>{console.log(e.code);process.exit(1)});setTimeout(()=>process.exit(2),3000)`
  return `
measure tcp nc 2 nc -z -w 3 ${ip} 53 ||
measure tcp bash 2 bash -c 'exec 3<>/dev/tcp/${ip}/53' ||
measure tcp python3 2 python3 -c 'import socket; socket.create_connection(("${ip}", 53), 3)' ||
measure tcp node 2 node -e '${node}' ||
measure tcp nc 9 nc -w 3 ${ip} 53`
}
