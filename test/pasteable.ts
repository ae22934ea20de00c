/**
 * What is wrong with a line of help for whoever pastes it; null: nothing, or it is prose. A command is judged by its
 * text alone: a name in capitals that the reader has to fill in, prose behind it that a shell takes for arguments, a
 * kind of a namespace without the namespace, an address as the program does not take it.
 */
export function notPasteable(line: string, isFirst: boolean): string | null {
  const [, commands] = there.exec(line) ?? []
  if (commands === undefined) {
    if (!isCommand(line)) return null
    return isFirst ? 'the first line is a sentence that says what to do' : faultOf(line)
  }
  if (isFirst) return 'the first line is a sentence that says what to do'
  return commands.split(/ {4}(?! *#)/).reduce<string | null>((found, it) => found ?? faultOf(it.trim()), null)
}

/** As src/report/help.ts has it. */
const there = /^(?:on|from|in|of) [^:]+:  (\S.*)$/

const programs =
  'awk cat conntrack crictl curl dig dmesg getent grep hopscope ip ip6tables-save iptables iptables-save ipvsadm ' +
  'journalctl kubectl modprobe nc bridge nft nslookup nstat openssl ping ps sh ss sysctl systemctl tcpdump tracepath for sa='
const names = new Set(programs.split(' '))

function isCommand(text: string): boolean {
  const [word = ''] = text.split(/[\s]/)
  return names.has(word) || /^[a-z]+=\$\(/.test(word)
}

function faultOf(command: string): string | null {
  if (!isCommand(command)) return `\`${command}\` is no command`
  const bare = withoutQuoted(command.replace(/\s#.*$/, ''))
  if (bare === null) return `\`${command}\` has a quotation mark without its other one`
  const [, blank] = blanks.exec(bare) ?? []
  if (blank !== undefined) return `\`${command}\` has ${blank} to be filled in`
  if (prose.test(bare)) return `\`${command}\` has words of prose in it`
  if (/\bdig\b.*@[\d.]+:\d/.test(bare)) return `\`${command}\`: dig takes a port with -p alone`
  return kubectlFault(bare, command)
}

const blanks =
  /(?<![\w.$=-])((?:[A-Z]+_)*(?:ADDRESS|CONTAINER|FILE|HOST|IP|NAME|NAMESPACE|NODE|POD|PORT|SECRET|URL|ZONE))\b(?![:=])/
const prose = /\b(?:or|and|then)\s+(?:kubectl|nft|iptables|ip|dig|conntrack)\b|, then |: status |^for \S+ (?!in\b)/
const quotes = /'[^']*'|"(?:\\.|[^"\\])*"/g

function withoutQuoted(command: string): string | null {
  const bare = command.replaceAll(quotes, "''")
  return /['"]/.test(bare.replaceAll("''", '')) ? null : bare
}

const kubectl =
  /\bkubectl(?<before>(?: -\S+(?: [^-\s]\S*)?)*) (?<verb>annotate|delete|describe|edit|exec|get|label|logs|patch|rollout|run|scale|set)\b(?<rest>[^|;]*)/
const ofTheCluster = new Set(
  (
    'apiservice apiservices clusterrole clusterroles validatingwebhookconfiguration mutatingwebhookconfiguration ' +
    'customresourcedefinition customresourcedefinitions clustersecretstore.external-secrets.io ' +
    'apiservice.apiregistration.k8s.io clusterrolebinding ' +
    'adminnetworkpolicy baselineadminnetworkpolicy ciliumclusterwidenetworkpolicy ' +
    'clusternetworkpolicies.policy.networking.k8s.io ' +
    'clusterroles clusterrolebindings componentstatuses crd crds gatewayclass gatewayclasses ingressclass ' +
    'ingressclasses namespace namespaces node nodes ns validatingwebhookconfigurations mutatingwebhookconfigurations ' +
    'servicecidrs ipaddresses clusternetworkpolicies clusterpolicies ippools.crd.projectcalico.org ' +
    'ciliumbgppeeringpolicy ciliumbgppeeringpolicies ciliumbgpadvertisement ciliumbgpadvertisements ' +
    'ciliuml2announcementpolicy ciliuml2announcementpolicies'
  ).split(' '),
)
const builtIn = new Set(
  'nodes service services endpointslices pods configmaps secrets ingress networkpolicies'.split(' '),
)

function kubectlFault(bare: string, command: string): string | null {
  const { before = '', rest = '', verb = '' } = kubectl.exec(bare)?.groups ?? {}
  if (verb === '') return null
  const all = `${before} ${rest.split(' -- ')[0] ?? ''}`
  const kind = rest.trim().split(/[\s/]/)[0] ?? ''
  // kubectl gives nothing at all where it does not know one kind of several.
  const unsure = kind.split(',').filter((it) => kind.includes(',') && !builtIn.has(it))
  if (unsure.length > 0) return `\`${command}\` fails where ${unsure.join(', ')} are not installed`
  if (/ (?:-n|--namespace)[ =]\S|\s-A\b|--all-namespaces| --raw /.test(all)) return null
  return ofTheCluster.has(kind) ? null : `\`${command}\` has no namespace`
}
