import { type ContainerCommand, joined, shell, shellWithInput, script } from '../../kube/container-command.ts'
import type { FilterCode } from '../../wire/capture-bpf.ts'
import { type Filter, filterText } from '../../wire/capture-filter.ts'
import type { IpAddress } from '../../wire/dns-name.ts'
import type { DeviceName, PodUid } from '../../wire/node-names.ts'

/**
 * Where a pod's network is on its node: a process of it by the uid that the kubelet writes into cgroups and mounts, its
 * devices by its own /sys, and what the node has. `/proc/PID/root` leads into the pod's mounts without entering them.
 */
const finding = script`
exec 2>/dev/null
uid=$1 ip=$2
flat=$(echo "$uid" | tr - _)
own=$(readlink /proc/self/ns/net)
found=
[ -z "$uid" ] || found=$(
  grep -l -e "pod$uid" -e "pod$flat" /proc/[0-9]*/cgroup
  grep -l -e "/pods/$uid/" /proc/[0-9]*/mountinfo
)
for file in $found; do
  at=$(dirname "$file")
  net=$(readlink "$at/ns/net") || continue
  if [ "$net" = "$own" ]; then continue; fi
  case $ip in
    *:*) ;;
    *) grep -q -F -w -e "-- $ip" "$at/net/fib_trie" || continue ;;
  esac
  echo "pid $(basename "$at")"
  for link in "$at"/root/sys/class/net/*; do
    echo "pod $(basename "$link") $(cat "$link/iflink")"
  done
  break
done
for link in /sys/class/net/*; do
  echo "node $(basename "$link") $(cat "$link/ifindex")"
done
while read -r device to _ flags _ _ _ mask _; do
  echo "route $device $to $mask $flags"
done < /proc/net/route
command -v tcpdump >/dev/null && echo "tool tcpdump"
command -v perl >/dev/null && echo "tool perl"
command -v nsenter >/dev/null && echo "tool nsenter"
echo end
`

/** `ip`: as a check that what was found is this pod's network; null for the node's own. */
export function findingCommand(uid: PodUid | null, ip: IpAddress | null): ContainerCommand {
  return shell(finding, 15, uid ?? '', ip ?? '')
}

/**
 * Packets of one device as a pcap on standard output, in the network of process $1 (0: the node's own). Ends with its
 * standard input, 6 s after the last beat, after so many packets, or when its time is up, whichever comes first.
 *
 * Without tcpdump: a packet socket in Perl, which is in every image that comes of Debian's (perl-base is essential
 * there), with the filter compiled beforehand. packet(7), socket(7); sock_fprog of linux/filter.h, SIOCGSTAMPNS for
 * the kernel's own time of each packet, PACKET_STATISTICS for what it dropped.
 */
const watching = joined(
  script`
pid=$1 device=$2 most=$3 snap=$4 text=$5 code=$6
inside() {
  if [ "$pid" -gt 0 ]; then exec nsenter -t "$pid" -n -- "$@"; else exec "$@"; fi
}
exec 3<&0
if command -v tcpdump >/dev/null; then
  inside tcpdump -i "$device" -n -U -s "$snap" -c "$most" -Z root -w - -- "$text" </dev/null &
else
  inside perl -e '
`,
  script`
my ($device, $most, $snap, $code) = @ARGV;
socket(my $s, 17, 3, 0) or die "perl: no packet socket: $!";
my $index = pack("a16 x24", $device);
ioctl($s, 0x8933, $index) or die "perl: no device $device: $!";
my @program = unpack("(n C C N)*", pack("H*", $code));
my $program = pack("(S C C L)*", @program);
setsockopt($s, 1, 26, pack("S x![p] p", @program / 4, $program)) or die "perl: no filter: $!";
setsockopt($s, 1, 33, pack("i", 8388608));
my $stamp = pack("x16");
ioctl($s, 0x8907, $stamp);
bind($s, pack("S n i S C C x8", 17, 3, unpack("x16 i", $index), 0, 0, 0)) or die "perl: no capture: $!";
my $kind = unpack("x8 S", getsockname($s));
$kind == 1 || $kind == 772 or die "perl: device $device has no Ethernet frames ($kind)";
$SIG{TERM} = sub { $most = 0 };
$SIG{PIPE} = sub { exit 0 };
my $out = pack("L S S l L L L", 0xa1b2c3d4, 2, 4, 0, 0, $snap, 1);
while (1) {
  while (length $out) {
    my $n = syswrite(STDOUT, $out);
    if (defined $n) { substr($out, 0, $n) = "" } elsif ($! != 4) { exit 0 }
  }
  last if $most <= 0;
  my $ready = "";
  vec($ready, fileno($s), 1) = 1;
  select($ready, undef, undef, 1);
  while ($most > 0 && length $out < 262144) {
    defined recv($s, my $packet, 262144, 64) or last;
    my ($seconds, $nanos) = (time, 0);
    ($seconds, $nanos) = unpack("l! l!", $stamp) if ioctl($s, 0x8907, $stamp);
    my $kept = length $packet < $snap ? length $packet : $snap;
    $out .= pack("L L L L", $seconds, int($nanos / 1000), $kept, length $packet) . substr($packet, 0, $kept);
    $most--;
  }
}
my $statistics = getsockopt($s, 263, 6);
my ($seen, $dropped) = unpack("L L", $statistics);
print STDERR "$dropped packets dropped by kernel", chr 10;
`,
  script`
' "$device" "$most" "$snap" "$code" </dev/null &
fi
capture=$!
(
  exec >/dev/null 2>&1
  lease=
  renew() {
    [ -z "$lease" ] || kill "$lease"
    ( sleep 6; kill "$capture"; sleep 2; kill -9 "$capture" ) &
    lease=$!
  }
  renew
  while read -r word <&3; do
    [ "$word" = on ] || break
    renew
  done
  kill "$capture"
  sleep 2
  kill -9 "$capture"
) &
guard=$!
wait "$capture"
code=$?
kill "$guard"
exit $code
`,
)

export interface Watching {
  /** 0: the network of the node. */
  readonly pid: number
  readonly device: DeviceName
  readonly packets: number
  readonly snaplen: number
  readonly filter: Filter
  readonly code: FilterCode
  readonly seconds: number
}

export function watchingCommand({ pid, device, packets, snaplen, filter, code, seconds }: Watching): ContainerCommand {
  return shellWithInput(watching, seconds, pid, device, packets, snaplen, filterText(filter), code)
}
