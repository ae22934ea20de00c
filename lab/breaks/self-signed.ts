// A certificate of our own, in a Secret: made on the spot, so that no key stands in this repository.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Lab } from '../lab.ts'
import { must } from '../process.ts'

export interface Certificate {
  readonly namespace: string
  readonly secret: string
  readonly host: string
  /** As openssl-ca(1) takes them: `20300101000000Z`. */
  readonly from: string
  readonly to: string
}

/** `openssl ca`, since it alone can date a certificate back; its files are gone when this returns. */
export async function putCertificate(lab: Lab, { namespace, secret, host, from, to }: Certificate): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'hopscope-lab-tls-'))
  const at = (name: string): string => join(folder, name)
  try {
    const dated = [
      '[ca]',
      'default_ca=c',
      '[c]',
      `database=${at('index')}`,
      `new_certs_dir=${folder}`,
      `serial=${at('serial')}`,
    ]
    const rest = ['default_md=sha256', 'policy=p', 'x509_extensions=x', '[p]', 'commonName=supplied']
    await writeFile(at('ca.conf'), [...dated, ...rest, '[x]', `subjectAltName=DNS:${host}`, ''].join('\n'))
    await writeFile(at('index'), '')
    await writeFile(at('serial'), '01\n')
    const asked = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${host}`]
    await must(['openssl', 'req', '-new', ...asked, '-keyout', at('key'), '-out', at('csr')])
    const dates = ['-startdate', from, '-enddate', to]
    const signing = ['-selfsign', '-keyfile', at('key'), '-in', at('csr'), '-out', at('crt')]
    await must(['openssl', 'ca', '-batch', '-notext', '-config', at('ca.conf'), ...signing, ...dates])
    const text = async (name: string): Promise<string> => (await readFile(at(name))).toString('base64')
    const data = { 'tls.crt': await text('crt'), 'tls.key': await text('key') }
    const made = {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/tls',
      metadata: { name: secret, namespace },
      data,
    }
    const home = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }
    const list = { apiVersion: 'v1', kind: 'List', items: [home, made] }
    await lab.kubectl(['apply', '-f', '-'], JSON.stringify(list))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
