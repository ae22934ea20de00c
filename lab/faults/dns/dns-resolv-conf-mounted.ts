// Seen: each lookup of web takes 10 s, then fails; its resolv.conf is a ConfigMap, whatever kubelet and dnsPolicy say.
import { mountedResolvConf } from '../../breaks/mounted-resolv-conf.ts'

export default mountedResolvConf(
  {
    name: 'dns-resolv-conf-mounted',
    breaks: 'web mounts a ConfigMap over its resolv.conf, which names a DNS server of long ago',
    symptom: 'web finds no name, and a restart cures nothing',
    namespace: 'f-mounted',
  },
  'DNS117',
  { server: '198.19.0.99', end: '\n' },
)
