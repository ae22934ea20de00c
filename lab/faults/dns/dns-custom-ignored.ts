// As on AKS and k3s. Seen: corp.test is NXDOMAIN, and no log has a word of it; under the key corp.server it is
// answered.
import { CLUSTER_DNS } from '../../breaks/ask-dns.ts'
import { COREDNS, corednsServes } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { corefileWith, patch, writeCorefile } from '../../breaks/coredns-manifest.ts'
import { onNode } from '../../breaks/place.ts'

const CUSTOM = 'coredns-custom'
const SERVER = 'corp.test:53 {\n    errors\n    hosts {\n        192.0.2.7 intranet.corp.test\n    }\n}\n'

export default coreDnsFault({
  name: 'dns-custom-ignored',
  kind: 'fault',
  breaks: 'the Corefile imports *.server of a second ConfigMap, whose only key is called corp.conf',
  symptom: 'the names of corp.test, which somebody has added to CoreDNS, are not found',
  cause: { code: 'DNS131', subject: `ConfigMap/${COREDNS.namespace}/${CUSTOM}` },
  async change(lab) {
    const custom = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: CUSTOM, namespace: COREDNS.namespace },
      data: { 'corp.conf': SERVER },
    }
    await lab.kubectl(['apply', '--validate=false', '-f', '-'], JSON.stringify(custom))
    await writeCorefile(
      lab,
      `${await corefileWith('    errors\n', '    errors\n    import custom/*.override\n')}import custom/*.server\n`,
    )
    const volumes = [{ name: 'custom', configMap: { name: CUSTOM, optional: true } }]
    const containers = [
      { name: 'coredns', volumeMounts: [{ name: 'custom', mountPath: '/etc/coredns/custom', readOnly: true }] },
    ]
    await patch(lab, `deployment/${COREDNS.deployment}`, { spec: { template: { spec: { containers, volumes } } } })
    await corednsServes(lab)
  },
  async inEffect(lab) {
    const { code, stdout, stderr } = await onNode(lab, 'worker-1').run(
      ['busybox', 'nslookup', '-type=a', 'intranet.corp.test.', CLUSTER_DNS],
      { timeoutMs: 2000 },
    )
    return code !== 0 && /NXDOMAIN/.test(stdout + stderr)
  },
  async undo(lab) {
    await lab.kubectl(['-n', COREDNS.namespace, 'delete', 'configmap', CUSTOM, '--ignore-not-found'])
  },
})
