// What the machine must have before anything is started, each in one sentence with what to do about it.
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { LabError } from './errors.ts'

/** A file of each Debian package that shows it is installed; a bare name is looked for in PATH. */
export const EVIDENCE: Readonly<Record<string, string>> = {
  'busybox-static': '/bin/busybox',
  conntrack: 'conntrack',
  containerd: 'containerd',
  'containernetworking-plugins': '/usr/lib/cni/bridge',
  curl: 'curl',
  dnsperf: 'dnsperf',
  'etcd-server': 'etcd',
  fish: 'fish',
  gcc: 'gcc',
  haproxy: '/usr/sbin/haproxy',
  ipset: 'ipset',
  iproute2: 'ip',
  iptables: '/usr/sbin/xtables-nft-multi',
  'libc6-dev': '/usr/include/stdio.h',
  'libnginx-mod-http-headers-more-filter': '/usr/lib/nginx/modules/ngx_http_headers_more_filter_module.so',
  'libnginx-mod-http-lua': '/usr/lib/nginx/modules/ngx_http_lua_module.so',
  'lua-cjson': '/usr/lib/x86_64-linux-gnu/lua/5.1/cjson.so',
  'lua-resty-core': '/usr/share/lua/5.1/resty/core.lua',
  'lua-resty-lrucache': '/usr/share/lua/5.1/resty/lrucache.lua',
  'musl-tools': 'musl-gcc',
  nftables: 'nft',
  'nginx-light': '/usr/sbin/nginx',
  openssl: 'openssl',
  procps: 'ps',
  prometheus: '/usr/bin/prometheus',
  'python3-pip': 'pip',
  runc: 'runc',
  tcpdump: 'tcpdump',
  'util-linux': 'nsenter',
  zsh: 'zsh',
}

function isThere(evidence: string): boolean {
  if (evidence.startsWith('/')) return existsSync(evidence)
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.some((folder) => existsSync(join(folder, evidence)))
}

/** The one list that this check and the automation's `apt-get install` both read. */
export function packages(): readonly string[] {
  return readFileSync(join(import.meta.dirname, 'packages.txt'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
}

export function requireRoot(): void {
  if (process.platform !== 'linux')
    throw new LabError(`the lab needs Linux, and this is ${process.platform}`, 'run it in a Linux virtual machine')
  if (process.getuid?.() !== 0)
    throw new LabError('the lab makes network namespaces, which only root may', 'sudo npm run lab -- up')
}

export function requireMachine(): void {
  requireRoot()
  if (process.arch !== 'x64')
    throw new LabError(`the lab knows the library paths of amd64 only, and this is ${process.arch}`)
  const missing = packages().filter((name) => !isThere(EVIDENCE[name] ?? name))
  if (missing.length > 0)
    throw new LabError(
      `packages are missing: ${missing.join(', ')}`,
      `apt-get install --yes --no-install-recommends ${missing.join(' ')}`,
    )
  if (!isThere('kubectl')) throw new LabError('kubectl is missing', 'see https://kubernetes.io/docs/tasks/tools/')
}

export function requireGo(): void {
  if (!isThere('go'))
    throw new LabError(
      'Go is missing, and parts of the lab are still to be built',
      'see https://go.dev/doc/install (1.25 or later)',
    )
}
