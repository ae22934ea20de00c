// Seen: nslookup -type=srv _https._tcp.kubernetes.default.svc.cluster.local is NXDOMAIN at one server of two, and its
// address is given by both; the ConfigMap has no line about SRV any more.
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { halfRolled, oneDenies } from '../../breaks/two-corefiles.ts'
import type { Lab } from '../../lab.ts'

const isHalf = (lab: Lab): Promise<boolean> =>
  oneDenies(lab, 'srv', '_https._tcp.kubernetes.default.svc.cluster.local.')

const zone = '    kubernetes cluster.local'
const denies = `    template IN SRV {\n            rcode NXDOMAIN\n        }\n${zone}`

export default coreDnsFault({
  name: 'dns-srv-denied',
  kind: 'fault',
  breaks: 'one server of two still runs a Corefile that denies SRV; the ConfigMap has no such line any more',
  symptom: 'every other connection by mongodb+srv or gRPC finds no host, and lookups of addresses are well',
  cause: { code: 'DNS196', subject: 'Service/default/kubernetes' },
  async change(lab) {
    if (!(await isHalf(lab))) await halfRolled(lab, (text) => text.replace(zone, denies))
  },
  inEffect: isHalf,
})
