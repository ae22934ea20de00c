// Seen: asked ten times, example.com is found or not by which of the two servers the question came to; the ConfigMap
// says nothing of a zone that is kept from anybody.
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { halfRolled, oneDenies } from '../../breaks/two-corefiles.ts'
import type { Lab } from '../../lab.ts'

const isHalf = (lab: Lab): Promise<boolean> => oneDenies(lab, 'a', 'example.com.')

const blocked = 'example.com:53 {\n    template IN ANY . {\n        rcode NXDOMAIN\n    }\n}\n'

export default coreDnsFault({
  name: 'dns-two-corefiles',
  kind: 'fault',
  breaks: 'without reload, a zone that was blocked is let go in the Corefile, and one server of two was started again',
  symptom: 'a name outside the cluster is found and does not exist, by turns',
  cause: { code: 'DNS188', subject: 'ConfigMap/kube-system/coredns' },
  async change(lab) {
    if (!(await isHalf(lab))) await halfRolled(lab, (text) => `${blocked}${text}`)
  },
  inEffect: isHalf,
})
