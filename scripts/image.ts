// Writes dist/bin/hopscope-VERSION-linux-ARCH.oci.tar: an OCI image of the package and a Node, as an image layout in
// a tar, which docker, podman, skopeo and ctr load and push. No Docker and no registry are wanted, and nothing is
// pulled: Node's libraries are those of this machine, so an image for arm64 is made on such a machine.
// docs/install.md has more.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { own, root } from './bundling.ts'

const { values: flags } = parseArgs({
  options: {
    out: { type: 'string', default: join(root, 'dist', 'bin') },
    node: { type: 'string', default: process.execPath },
    /** As it will be called where it is loaded. */
    name: { type: 'string', default: `registry.example.com/hopscope:${own.version}` },
  },
})
if (process.platform !== 'linux') throw new Error('the image has the libraries of this machine, so it is made on Linux')

const node = resolve(flags.node)
const out = resolve(flags.out)
const arch = process.arch === 'x64' ? 'amd64' : process.arch
const home = 'usr/local/lib/hopscope'
/** The same files give the same bytes: no times, no owners, one order. */
const plain = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--mode=u+rwX,go+rX,go-w']

interface Blob {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

const scratch = mkdtempSync(join(tmpdir(), 'hopscope-image-'))
try {
  mkdirSync(out, { recursive: true })
  const archive = join(out, `hopscope-${own.version}-linux-${process.arch}.oci.tar`)
  pack(archive)
  process.stdout.write(`${archive}\n`)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

/** Specification: github.com/opencontainers/image-spec, image-layout.md, manifest.md and config.md. */
function pack(archive: string): void {
  const layout = join(scratch, 'layout')
  const blobs = join(layout, 'blobs/sha256')
  mkdirSync(blobs, { recursive: true })
  const put = (mediaType: string, bytes: Buffer): Blob => {
    const hex = sha256(bytes)
    writeFileSync(join(blobs, hex), bytes)
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length }
  }
  const json = (mediaType: string, value: object): Blob => put(mediaType, Buffer.from(JSON.stringify(value)))
  // Node and its libraries change seldom: an update fetches the small layer alone.
  const tars = [layerOf('node', addNode), layerOf('hopscope', addPackage)]
  const layers = tars.map((it) => put('application/vnd.oci.image.layer.v1.tar+gzip', gzipSync(it)))
  const config = json('application/vnd.oci.image.config.v1+json', configOf(tars))
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  const manifest = json(mediaType, { schemaVersion: 2, mediaType, config, layers })
  // `ref.name` is a tag to skopeo and podman; containerd and docker take the whole name from theirs.
  const annotations = {
    'io.containerd.image.name': flags.name,
    'org.opencontainers.image.ref.name': /:([\w][\w.-]*)$/.exec(flags.name)?.[1] ?? 'latest',
  }
  const index = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [{ ...manifest, platform: { architecture: arch, os: 'linux' }, annotations }],
  }
  writeFileSync(join(layout, 'index.json'), JSON.stringify(index))
  writeFileSync(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  run('tar', [...plain, '-cf', archive, '-C', layout, 'oci-layout', 'index.json', 'blobs'])
}

function configOf(tars: readonly Buffer[]): object {
  const by = (what: string): object => ({ created: '1970-01-01T00:00:00Z', created_by: `scripts/image.ts: ${what}` })
  return {
    created: '1970-01-01T00:00:00Z',
    architecture: arch,
    os: 'linux',
    config: {
      // By number, so that a kubelet sees that it is not root.
      User: '65532:65532',
      Env: ['PATH=/usr/local/bin:/usr/bin:/bin', 'HOME=/tmp'],
      Entrypoint: ['/usr/local/bin/node', `/${home}/dist/hopscope.js`],
      WorkingDir: '/',
      Labels: {
        'org.opencontainers.image.title': 'hopscope',
        'org.opencontainers.image.version': own.version,
        'org.opencontainers.image.licenses': 'Apache-2.0',
      },
    },
    rootfs: { type: 'layers', diff_ids: tars.map((it) => `sha256:${sha256(it)}`) },
    history: [by('Node and its libraries'), by('the package')],
  }
}

function layerOf(name: string, fill: (folder: string) => void): Buffer {
  const folder = join(scratch, name)
  mkdirSync(folder)
  fill(folder)
  const file = join(scratch, `${name}.tar`)
  const names = readdirSync(folder).toSorted()
  run('tar', [...plain, '-cf', file, '-C', folder, ...names.filter((it) => it !== 'tmp')])
  // Whoever runs it has no home elsewhere.
  if (names.includes('tmp')) run('tar', [...plain, '--mode=1777', '-rf', file, '-C', folder, 'tmp'])
  return readFileSync(file)
}

/** Node, what the linker loads for it, and the terms of each: what is given to others has them beside it. */
function addNode(folder: string): void {
  const copy = (from: string, to: string): void => {
    mkdirSync(dirname(join(folder, to)), { recursive: true })
    copyFileSync(from, join(folder, to))
  }
  copy(node, 'usr/local/bin/node')
  chmodSync(join(folder, 'usr/local/bin/node'), 0o755)
  const packages = new Set<string>()
  for (const library of librariesOf(node)) {
    copy(realpathSync(library), library.slice(1))
    for (const it of packagesOf(library)) packages.add(it)
  }
  for (const it of packages) {
    const terms = `/usr/share/doc/${it}/copyright`
    if (existsSync(terms)) copy(realpathSync(terms), terms.slice(1))
  }
  const licence = [join(dirname(node), 'LICENSE'), join(dirname(node), '../LICENSE')].find((it) => existsSync(it))
  if (licence === undefined)
    process.stderr.write(`no LICENSE beside ${node}: before you give the image to others, put Node's into it\n`)
  else copy(licence, 'usr/share/doc/node/LICENSE')
  mkdirSync(join(folder, 'etc'), { recursive: true })
  writeFileSync(join(folder, 'etc/passwd'), 'root:x:0:0:root:/:/none\nhopscope:x:65532:65532:hopscope:/tmp:/none\n')
  writeFileSync(join(folder, 'etc/group'), 'root:x:0:\nhopscope:x:65532:\n')
  // glibc asks DNS alone without it, and would not see a pod's hostAliases.
  writeFileSync(join(folder, 'etc/nsswitch.conf'), 'hosts: files dns\n')
  for (const it of ['tmp', 'proc', 'sys', 'dev']) mkdirSync(join(folder, it))
}

/** `/lib/x86_64-linux-gnu/libc.so.6`: the first word with a slash in each line of ldd. */
function librariesOf(program: string): readonly string[] {
  const lines = run('ldd', [program]).split('\n')
  const found = lines.flatMap((line) => line.split(/\s+/).find((word) => word.startsWith('/')) ?? [])
  if (found.length === 0) throw new Error(`ldd names no library of ${program}`)
  return [...new Set(found)]
}

/** The packages of Debian that a file is of; none elsewhere. */
function packagesOf(file: string): readonly string[] {
  const asked = spawnSync('dpkg-query', ['-S', `*${basename(realpathSync(file))}`], { encoding: 'utf8' })
  return (asked.stdout ?? '').split('\n').flatMap((line) => /^([a-z0-9.+-]+)(?::\w+)?: \//.exec(line)?.[1] ?? [])
}

/** What `npm pack` puts into the package, of the files that it lists. */
function addPackage(folder: string): void {
  const to = join(folder, home)
  mkdirSync(to, { recursive: true })
  run(process.execPath, [join(root, 'scripts/build.ts'), join(to, 'dist')])
  for (const it of ['deploy', 'schemas', 'LICENSE', 'README.md', 'package.json'])
    cpSync(join(root, it), join(to, it), { recursive: true })
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function run(command: string, args: readonly string[]): string {
  const ran = spawnSync(command, args, { cwd: root, encoding: 'utf8' })
  if (ran.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${ran.error?.message ?? ran.stderr}`)
  return ran.stdout
}
