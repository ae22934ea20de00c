/**
 * The judgement against real answers of nginx, which is what most controllers are made of; left out where there is
 * none.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { ask, closeAll, serve } from './world.ts'

const nginx = ['/usr/sbin/nginx', 'nginx'].find((it) => spawnSync(it, ['-v']).status === 0)
const testdata = join(import.meta.dirname, '../fakes/certificates')
const running: { readonly child: ChildProcess; readonly folder: string }[] = []

afterEach(() => {
  for (const { child, folder } of running.splice(0)) {
    child.kill('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  }
  closeAll()
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

interface Site {
  readonly pods: readonly number[]
  /** What stands in the server's block of `localhost` beside its listeners. */
  readonly block: string
}

/** As ingress-nginx writes it: a default server that says 404 to everyone, and one for the host. */
async function start({ pods, block }: Site): Promise<{ readonly plain: number; readonly tls: number }> {
  const [plain, tls] = [await freePort(), await freePort()]
  const folder = mkdtempSync(join(tmpdir(), 'hopscope-nginx-'))
  const certificate = `ssl_certificate ${testdata}/server.crt; ssl_certificate_key ${testdata}/server.key;`
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((it) => `${it}_temp_path ${folder}/${it};`)
    .join(' ')
  writeFileSync(
    join(folder, 'nginx.conf'),
    `
daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events {}
http {
  access_log off; server_tokens off; ${temp}
  upstream web { ${pods.map((it) => `server 127.0.0.1:${it} max_fails=0;`).join(' ')} }
  server { listen 127.0.0.1:${plain} default_server; listen 127.0.0.1:${tls} ssl default_server; ${certificate} location / { return 404; } }
  ${block === '' ? '' : `server { server_name localhost; listen 127.0.0.1:${plain}; listen 127.0.0.1:${tls} ssl; ${certificate} ${block} }`}
}`,
  )
  const child = spawn(nginx ?? 'nginx', ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], {
    stdio: 'ignore',
  })
  running.push({ child, folder })
  for (let i = 0; i < 100; i++) {
    if (
      await fetch(`http://127.0.0.1:${plain}/`).then(
        () => true,
        () => false,
      )
    )
      break
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return { plain, tls }
}

const pass = 'proxy_set_header Host $host; proxy_pass http://web;'
const says = (status: number) => serve((_, to) => void to.writeHead(status).end('hello'))
const tlsOf = { tls: [{ hosts: ['localhost'], secret: 'web-tls' }] }

describe.skipIf(nginx === undefined)('nginx', () => {
  test('well, and with TLS', async () => {
    const pods = [await says(200)]
    const world = { ...(await start({ pods, block: `location / { ${pass} }` })), pods }
    expect((await ask(world)).codes).toEqual([])
    const overTls = await ask({ ...world, ingress: tlsOf })
    expect(overTls.codes).toEqual([])
    expect(overTls.contacts.http.every((it) => it.scheme === 'https' && it.certificate?.covers === true)).toBe(true)
  })

  test('502 of nginx itself, for a pod that is gone', async () => {
    const world = { ...(await start({ pods: [1], block: `location / { ${pass} }` })), pods: [1] }
    expect((await ask(world)).codes).toEqual(expect.arrayContaining(['ING305', 'SVC208']))
  })

  test('nginx tries the next pod, and hides the one that is gone: it is named all the same', async () => {
    const pods = [await says(200), 1, await says(200)]
    const seen = await ask({ ...(await start({ pods, block: `location / { ${pass} }` })), pods })
    expect(seen.codes).toEqual(['SVC208'])
    expect(seen.said).toContain('web-2')
  })

  test('504 of a read timeout that is too short', async () => {
    const pods = [await serve((_, to) => void setTimeout(() => to.end('late'), 1500))]
    const seen = await ask({
      ...(await start({ pods, block: `location / { ${pass} proxy_read_timeout 300ms; }` })),
      pods,
      nodes: 1,
    })
    expect(seen.codes).toEqual(['ING305'])
    expect(seen.said).toContain('504')
  })

  test('a host that is not in its configuration, over either scheme', async () => {
    const pods = [await says(200)]
    const world = { ...(await start({ pods, block: '' })), pods }
    expect((await ask(world)).codes).toEqual(['ING307'])
    expect((await ask({ ...world, ingress: tlsOf })).codes).toEqual(['ING307'])
  })

  test("an nginx as application has the same page as the controller's nginx, and is told from it", async () => {
    const pod = await start({ pods: [1], block: 'location /well { return 200; }' })
    const pods = [pod.plain]
    const world = { ...(await start({ pods, block: `location / { ${pass} }` })), pods }
    expect((await ask({ ...world, paths: ['/gone'] })).codes).toEqual(['ING308'])
  })

  test('a redirect to TLS, and an error behind it', async () => {
    const pods = [await says(500)]
    const block = `if ($scheme = http) { return 308 https://$host$request_uri; } location / { ${pass} }`
    const seen = await ask({ ...(await start({ pods, block })), pods, url: 'http://localhost/' })
    expect(seen.codes).toContain('ING305')
    expect(seen.contacts.http.every((it) => it.status === 500 && it.redirects?.[0]?.status === 308)).toBe(true)
  })

  test('a pod that wants TLS is asked over TLS', async () => {
    const pod = await start({ pods: [1], block: 'location / { return 200 well; }' })
    const pods = [pod.tls]
    const seen = await ask({
      ...(await start({ pods, block: 'location / { proxy_set_header Host $host; proxy_pass https://web; }' })),
      pods,
    })
    expect(seen.codes).toEqual([])
    expect(seen.contacts.direct?.every((it) => it.scheme === 'https' && it.status === 200)).toBe(true)
  })
})
