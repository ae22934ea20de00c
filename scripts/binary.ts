// Writes dist/bin/: the program and Node in one file (Node's single executable applications), the archive of it for
// krew, and the manifest of the archives that lie there. For another platform from a Node of just this version,
// downloaded for it: `npm run binary -- --target darwin-arm64 --node ./node`. docs/install.md has the rest.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
// @ts-expect-error the package has no types
import postject from 'postject'
import { trimClientNode } from '../src/kube/esbuild-trim.ts'
import { bundling, listOf, own, root } from './bundling.ts'
import { krewManifest, type Platform, platformOf } from './krew.ts'

const { values: flags } = parseArgs({
  options: {
    out: { type: 'string', default: join(root, 'dist', 'bin') },
    target: { type: 'string' },
    node: { type: 'string', default: process.execPath },
    downloads: { type: 'string' },
    /** A program that is given the file before it is packed. */
    sign: { type: 'string' },
  },
})

const here = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
const platform = platformOf(flags.target ?? here)
const node = resolve(flags.node)
const out = resolve(flags.out)
if (`${platform.os}-${platform.arch}` !== here && node === process.execPath)
  throw new Error(`--target ${flags.target ?? ''} wants --node, a Node ${process.version} that was downloaded for it`)
const nodeBytes = readFileSync(node)
// What goes in is laid out by the Node that runs this, and read by that one.
if (!nodeBytes.includes(process.version)) throw new Error(`${node} is not Node ${process.version}, which runs this`)

/** Turned to 1 in a Node that carries a program. `:1` is that of a Node which has one already. */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'
if (!nodeBytes.includes(`${fuse}:0`)) throw new Error(`${node} takes no program: it was built without the fuse`)

const scratch = mkdtempSync(join(tmpdir(), 'hopscope-binary-'))
try {
  mkdirSync(out, { recursive: true })
  const file = join(out, `hopscope-${platform.os}-${platform.arch}${platform.os === 'windows' ? '.exe' : ''}`)
  await inject(await prepared(), file)
  if (flags.sign !== undefined) run(flags.sign, [file])
  const archive = join(out, archiveOf(platform))
  pack(file, archive)
  const manifest = join(out, 'hopscope.yaml')
  writeFileSync(manifest, manifestOf())
  process.stdout.write(`${[file, archive, manifest].join('\n')}\n`)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

/** The program and all that it reads of its own, as Node takes it. */
async function prepared(): Promise<string> {
  // The same files that a package has.
  const files = join(scratch, 'dist')
  run(process.execPath, [join(root, 'scripts/build.ts'), files])
  const main = join(scratch, 'hopscope.cjs')
  const built = await build({
    ...bundling,
    entryPoints: [join(root, 'src/cli/binary.ts')],
    outfile: main,
    // One text, as Node wants it: what is imported when it is called for is a function that is not run before.
    format: 'cjs',
    target: 'node24',
    define: { ...bundling.define, 'import.meta.url': '__hopscopeUrl' },
    banner: { js: "const __hopscopeUrl = require('node:url').pathToFileURL(__filename).href;" },
    plugins: [trimClientNode],
  })
  writeFileSync(join(scratch, 'sbom.cdx.json'), listOf([built]))
  const config = join(scratch, 'sea.json')
  const blob = join(scratch, 'hopscope.blob')
  writeFileSync(
    config,
    JSON.stringify({
      main,
      output: blob,
      disableExperimentalSEAWarning: true,
      // The cache is of one kind of processor, and of this very Node.
      useCodeCache: node === process.execPath,
      assets: Object.fromEntries(
        ['demo.hops', 'pages.json', 'probe-pod.js', 'ui-page.js'].map((it) => [it, join(files, it)]),
      ),
    }),
  )
  run(process.execPath, ['--experimental-sea-config', config])
  return blob
}

async function inject(blob: string, file: string): Promise<void> {
  // A binary that runs just now keeps its bytes.
  rmSync(file, { force: true })
  copyFileSync(node, file)
  chmodSync(file, 0o755)
  await (postject as Postject).inject(file, 'NODE_SEA_BLOB', readFileSync(blob), {
    sentinelFuse: fuse,
    ...(platform.os === 'darwin' ? { machoSegmentName: 'NODE_SEA' } : {}),
  })
}

interface Postject {
  inject(
    file: string,
    resource: string,
    data: Buffer,
    options: { readonly sentinelFuse: string; readonly machoSegmentName?: string },
  ): Promise<void>
}

function archiveOf({ os, arch }: Platform): string {
  return `hopscope-${own.version}-${os}-${arch}.tar.gz`
}

function pack(file: string, archive: string): void {
  const folder = join(scratch, 'archive')
  mkdirSync(folder)
  copyFileSync(file, join(folder, platform.bin))
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  copyFileSync(join(scratch, 'sbom.cdx.json'), join(folder, 'sbom.cdx.json'))
  // Beside bin/node in what nodejs.org gives; npm's package of Node has none.
  const licence = [join(dirname(node), 'LICENSE'), join(dirname(node), '../LICENSE')].find((it) => existsSync(it))
  if (licence === undefined)
    process.stderr.write(`no LICENSE beside ${node}: before you give the archive to others, put Node's into it\n`)
  else copyFileSync(licence, join(folder, 'LICENSE.node'))
  // The same bytes from the same files.
  const plain = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner']
  run('tar', [...plain, '-czf', archive, '-C', folder, ...readdirSync(folder).toSorted()])
}

/** Of the archives of this version that lie there: each platform is built by a run of its own. */
function manifestOf(): string {
  const archives = readdirSync(out).flatMap((file) => {
    const target = file.startsWith(`hopscope-${own.version}-`) ? /-(\w+-\w+)\.tar\.gz$/.exec(file)?.[1] : undefined
    if (target === undefined) return []
    const sha256 = createHash('sha256')
      .update(readFileSync(join(out, file)))
      .digest('hex')
    return [{ platform: platformOf(target), file, sha256 }]
  })
  if (flags.downloads === undefined)
    process.stderr.write('the krew manifest names no address: krew takes it with --archive, or give --downloads URL\n')
  return krewManifest(readFileSync(join(root, 'deploy/krew.yaml'), 'utf8'), {
    version: own.version,
    downloads: flags.downloads ?? 'https://downloads.invalid',
    archives,
  })
}

function run(command: string, args: readonly string[]): void {
  const ran = spawnSync(command, args, { cwd: root, encoding: 'utf8' })
  if (ran.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${ran.error?.message ?? ran.stderr}`)
}
