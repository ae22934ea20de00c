#!/bin/sh
# Stands in for node-cache (kubernetes/dns cmd/node-cache), which cannot be had here: it takes its flags, renders its
# Corefile, makes its addresses and rules in its order, and runs the lab's own CoreDNS. Not like the real one: the
# addresses are on `lo`, as this kernel has no dummy device; ConfigMap kube-dns is not read; there is no :9353.
set -u
localips='' corefile=/etc/Corefile upstream=kube-dns pidfile=''
log() { echo "[INFO] $*"; }
fatal() { echo "[FATAL] $*, Exiting"; exit 1; }

while [ $# -gt 0 ]; do
  case "$1" in
    -localip) localips=${2-}; shift 2 ;;
    -conf) corefile=${2-}; shift 2 ;;
    -upstreamsvc) upstream=${2-}; shift 2 ;;
    -pidfile) pidfile=${2-}; shift 2 ;;
    *) fatal "Error parsing flags - flag provided but not defined: $1" ;;
  esac
done

# An empty element, as the comma that is left when the second address is taken away, is no address.
case ",$localips," in *,,*) fatal 'Error parsing flags - invalid localip specified - ""' ;; esac
addresses=$(echo "$localips" | tr , ' ')
for ip in $addresses; do
  echo "$ip" | grep -Eq '^[0-9]+(\.[0-9]+){3}$' || fatal "Error parsing flags - invalid localip specified - \"$ip\""
done

# The kubelet gives each container the addresses of the Services of its namespace that were there before it.
variable=$(echo "$upstream" | tr 'a-z-' 'A-Z_')_SERVICE_HOST
eval "cluster_dns=\${$variable-}"
[ -n "$cluster_dns" ] ||
  echo "[WARNING] Unable to lookup IP address of Upstream service $upstream, env \$$variable \`\`"
sed -e "s|__PILLAR__CLUSTER__DNS__|${cluster_dns:-<nil>}|g" -e 's|__PILLAR__UPSTREAM__SERVERS__|/etc/resolv.conf|g' \
  -e "s|__PILLAR__LOCAL__DNS__|$addresses|g" -e 's|__PILLAR__DNS__SERVER__||g' \
  /etc/coredns/Corefile.base > "$corefile" || exit 1
log 'Updated Corefile with 0 custom stubdomains and upstream servers /etc/resolv.conf'
log "Using config file:"
cat "$corefile"

SKIP='NodeLocal DNS Cache: skip conntrack' ALLOW='NodeLocal DNS Cache: allow DNS traffic'
# Calls "$1 TABLE CHAIN MATCH... -j TARGET" for the twelve rules of each address.
each_rule() {
  for ip in $addresses; do
    for protocol in tcp udp; do
      "$1" raw PREROUTING -p $protocol -d "$ip" --dport 53 -m comment --comment "$SKIP" -j NOTRACK
      "$1" filter INPUT -p $protocol -d "$ip" --dport 53 -m comment --comment "$ALLOW" -j ACCEPT
      "$1" raw OUTPUT -p $protocol -s "$ip" --sport 53 -m comment --comment "$SKIP" -j NOTRACK
      "$1" filter OUTPUT -p $protocol -s "$ip" --sport 53 -m comment --comment "$ALLOW" -j ACCEPT
      "$1" raw OUTPUT -p $protocol -d "$ip" --dport 53 -m comment --comment "$SKIP" -j NOTRACK
    done
    "$1" raw OUTPUT -p tcp -d "$ip" --dport 8080 -m comment --comment "$SKIP" -j NOTRACK
    "$1" raw OUTPUT -p tcp -s "$ip" --sport 8080 -m comment --comment "$SKIP" -j NOTRACK
  done
}
rule() { action=$1 table=$2 chain=$3; shift 3; iptables -w 5 -t "$table" "$action" "$chain" "$@"; }
ensure() { rule -C "$@" 2>/dev/null || rule -I "$@" || echo "[ERROR] Error adding iptables rule $*"; }
remove() { while rule -D "$@" 2>/dev/null; do :; done; }
set_up_addresses() { for ip in $addresses; do ip address add "$ip/32" dev lo 2>/dev/null; done; }

tear_down() {
  log 'Tearing down'
  kill "$checks" 2>/dev/null
  kill "$server" 2>/dev/null
  wait "$server"
  for ip in $addresses; do ip address del "$ip/32" dev lo 2>/dev/null; done
  each_rule remove
  exit 0
}

# The address first, for CoreDNS to bind it; the rules when it serves, so that until then kube-proxy's still lead to
# CoreDNS.
set_up_addresses
/coredns -conf "$corefile" ${pidfile:+-pidfile "$pidfile"} &
server=$!
{
  if [ -n "$pidfile" ]; then
    for _ in 1 2 3 4 5; do sleep 1; [ -f "$pidfile" ] && break; done
    [ -f "$pidfile" ] && each_rule ensure
  fi
  while sleep 60; do set_up_addresses; each_rule ensure; done
} &
checks=$!
trap tear_down TERM INT

wait "$server"
code=$?
# Ended by itself or killed: as with the real one, addresses and rules stay, and the node has no DNS until it is back.
echo "[ERROR] CoreDNS ended with code $code"
kill "$checks" 2>/dev/null
exit "$code"
