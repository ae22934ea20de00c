// Seen: web finds no name; `cat` shows the right resolv.conf, `od -c` a \r at the end of each line. Node asks by
// glibc; an application in Go, or on Alpine, finds its names with the same file.
import { mountedResolvConf } from '../../breaks/mounted-resolv-conf.ts'

export default mountedResolvConf(
  {
    name: 'dns-resolv-conf-windows',
    breaks: 'web mounts a ConfigMap over its resolv.conf, written with Windows line ends',
    symptom: 'web finds no name, and its resolv.conf looks right',
    namespace: 'f-windows',
  },
  'DNS181',
  { server: '198.19.0.10', end: '\r\n' },
)
