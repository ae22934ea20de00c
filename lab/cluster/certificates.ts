// A certificate authority that lives as long as the lab, and one certificate for each who talks to the API server.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { API_SERVER, CONTROL_PLANE, STATE, type Worker } from '../plan.ts'
import { must } from '../process.ts'

const FOLDER = join(STATE, 'pki')

export function certificate(name: string): { readonly crt: string; readonly key: string } {
  return { crt: join(FOLDER, `${name}.crt`), key: join(FOLDER, `${name}.key`) }
}

interface Subject {
  readonly name: string
  readonly subject: string
  readonly altNames?: readonly string[]
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30']

function request(subject: Subject, extra: readonly string[]): Promise<string> {
  const { crt, key } = certificate(subject.name)
  const config = join(FOLDER, 'openssl.cnf')
  return must([
    'openssl',
    'req',
    '-x509',
    '-config',
    config,
    ...KEY,
    '-subj',
    subject.subject,
    '-keyout',
    key,
    '-out',
    crt,
    ...extra,
  ])
}

function issue(subject: Subject): Promise<string> {
  const ca = certificate('ca')
  const names = subject.altNames ?? ['DNS:localhost']
  const extensions = [
    'basicConstraints=critical,CA:FALSE',
    'extendedKeyUsage=serverAuth,clientAuth',
    `subjectAltName=${names.join(',')}`,
  ]
  return request(subject, ['-CA', ca.crt, '-CAkey', ca.key, ...extensions.flatMap((text) => ['-addext', text])])
}

export async function createCertificates(workers: readonly Worker[]): Promise<void> {
  await mkdir(FOLDER, { recursive: true, mode: 0o700 })
  // The machine's own openssl.cnf would add a second, contradicting basicConstraints.
  await writeFile(join(FOLDER, 'openssl.cnf'), '[req]\ndistinguished_name = name\n[name]\n')
  await request({ name: 'ca', subject: '/CN=hopscope-lab' }, ['-addext', 'basicConstraints=critical,CA:TRUE'])
  const apiServerNames = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'localhost'].map(
    (name) => `DNS:${name}`,
  )
  const apiServerAddresses = [CONTROL_PLANE.ip, '198.19.0.1', '127.0.0.1'].map((address) => `IP:${address}`)
  const serviceAccountKey = certificate('service-account').key
  await Promise.all([
    must(['openssl', 'ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', serviceAccountKey]),
    issue({ name: 'apiserver', subject: '/CN=kube-apiserver', altNames: [...apiServerNames, ...apiServerAddresses] }),
    issue({ name: 'kubelet-client', subject: '/O=system:masters/CN=kube-apiserver-kubelet-client' }),
    issue({ name: 'admin', subject: '/O=system:masters/CN=kubernetes-admin' }),
    issue({ name: 'controller-manager', subject: '/CN=system:kube-controller-manager' }),
    issue({ name: 'scheduler', subject: '/CN=system:kube-scheduler' }),
    ...workers.map(({ name, ip }) =>
      issue({ name, subject: `/O=system:nodes/CN=system:node:${name}`, altNames: [`DNS:${name}`, `IP:${ip}`] }),
    ),
  ])
}

async function base64(file: string): Promise<string> {
  return (await readFile(file)).toString('base64')
}

/** Carries its keys within, so that it can be copied anywhere. */
export async function writeKubeconfig(name: string, path: string): Promise<void> {
  const { crt, key } = certificate(name)
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'hopscope-lab',
        cluster: { server: API_SERVER, 'certificate-authority-data': await base64(certificate('ca').crt) },
      },
    ],
    users: [{ name, user: { 'client-certificate-data': await base64(crt), 'client-key-data': await base64(key) } }],
    contexts: [{ name: 'hopscope-lab', context: { cluster: 'hopscope-lab', user: name } }],
    'current-context': 'hopscope-lab',
  }
  await writeFile(path, JSON.stringify(config, null, 2), { mode: 0o600 })
}

export function kubeconfigPath(name: string): string {
  return join(FOLDER, `${name}.kubeconfig`)
}
