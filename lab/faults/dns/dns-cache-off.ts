import { OUTSIDE_NAME } from '../../breaks/ask-dns.ts'
import { corednsPods } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { corefileWith, restartServers, writeCorefile } from '../../breaks/coredns-manifest.ts'
import { onNode } from '../../breaks/place.ts'

export default coreDnsFault({
  name: 'dns-cache-off',
  kind: 'fault',
  breaks: 'the Corefile has no `cache`: every lookup of an outside name is one of the upstream too',
  symptom: 'the company resolver complains of the cluster, and outside names are as slow as it is',
  cause: { code: 'DNS122', subject: 'ConfigMap/kube-system/coredns' },
  async change(lab) {
    await writeCorefile(lab, await corefileWith('    cache 30\n', ''))
    await restartServers(lab)
  },
  async inEffect(lab) {
    const servers = (await corednsPods(lab)).filter((it) => it.ready)
    if (servers.length !== 2) return false
    const asker = onNode(lab, 'control-plane')
    const uncached = await Promise.all(
      servers.map(async ({ ip }) =>
        asker
          .run(['busybox', 'nslookup', '-type=a', `${OUTSIDE_NAME}.`, ip], { timeoutMs: 2000 })
          .then(async ({ code }) => {
            if (code !== 0) return false
            const metrics = await asker.run(['curl', '-s', '--max-time', '3', `http://${ip}:9153/metrics`])
            return metrics.stdout.includes('coredns_dns_requests_total') && !metrics.stdout.includes('coredns_cache_')
          }),
      ),
    )
    return uncached.every(Boolean)
  },
})
