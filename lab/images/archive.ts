// Makes a docker-archive, the kind of tar that `docker save` writes: one layer out of files of this machine, with the
// libraries that their programs need. There is no registry to pull from, and none is wanted.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  open,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { run, must } from '../process.ts'
import type { Image } from './definitions.ts'

const BUSYBOX = '/bin/busybox'
const FOLDERS = ['tmp', 'etc', 'proc', 'sys', 'dev', 'run', 'var/run', 'usr/bin', 'bin']
const PASSWD = 'root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n'
const GROUP = 'root:x:0:\nwww-data:x:33:\nnogroup:x:65534:\n'
const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

async function isProgram(path: string): Promise<boolean> {
  const file = await open(path)
  const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0)
  await file.close()
  return buffer.toString('latin1') === '\x7fELF'
}

async function librariesOf(programs: readonly string[]): Promise<ReadonlySet<string>> {
  if (programs.length === 0) return new Set()
  const listed = await run(['ldd', ...programs])
  // The first word with a slash is the library; a line that ends in a colon names the program it belongs to.
  const lines = listed.stdout.split('\n').filter((line) => !line.endsWith(':'))
  return new Set(lines.flatMap((line) => line.split(/\s+/).find((word) => word.startsWith('/')) ?? []))
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name))
}

async function copyInto(root: string, from: string, to: string): Promise<void> {
  const target = join(root, to)
  if (await stat(target).catch(() => undefined)) return
  await mkdir(dirname(target), { recursive: true })
  await copyFile(await realpath(from), target)
}

async function addFiles(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  const copied: string[] = []
  for (const [to, from] of Object.entries(files)) {
    const isFolder = (await stat(from)).isDirectory()
    for (const file of isFolder ? await filesIn(from) : [from]) {
      await copyInto(root, file, isFolder ? join(to, relative(from, file)) : to)
      copied.push(await realpath(file))
    }
  }
  const programs: string[] = []
  for (const file of copied) if (await isProgram(file)) programs.push(file)
  for (const library of await librariesOf(programs)) await copyInto(root, library, library)
}

async function addText(root: string, to: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, to)), { recursive: true })
  await writeFile(join(root, to), text)
  if (text.startsWith('#!')) await chmod(join(root, to), 0o755)
}

async function addBusybox(root: string): Promise<void> {
  await copyFile(BUSYBOX, join(root, 'bin/busybox'))
  for (const applet of (await must([BUSYBOX, '--list']))
    .split('\n')
    .filter((name) => name !== '' && name !== 'busybox')) {
    // Where a file is already there, as in an image with a shell of its own, the file wins.
    await symlink('busybox', join(root, 'bin', applet)).catch(() => {})
  }
}

async function fillRoot(root: string, image: Image): Promise<void> {
  for (const folder of [...FOLDERS, ...(image.folders ?? [])]) await mkdir(join(root, folder), { recursive: true })
  await chmod(join(root, 'tmp'), 0o1777)
  await addText(root, 'etc/passwd', PASSWD)
  await addText(root, 'etc/group', GROUP)
  await addText(root, 'etc/nsswitch.conf', 'hosts: files dns\n')
  await addFiles(root, image.files ?? {})
  for (const [to, text] of Object.entries((await image.texts?.()) ?? {})) await addText(root, to, text)
  for (const [from, to] of Object.entries(image.links ?? {})) {
    await mkdir(dirname(join(root, from)), { recursive: true })
    await symlink(to, join(root, from))
  }
  if (image.busybox === true) await addBusybox(root)
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** The same files give the same bytes: no times, no owners, one order. */
async function tar(folder: string, out: string, names: readonly string[]): Promise<void> {
  const plain = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--hard-dereference']
  await must(['tar', ...plain, '-C', folder, '-cf', out, ...names])
}

export async function makeArchive(image: Image, out: string): Promise<void> {
  await mkdir(dirname(out), { recursive: true })
  const work = await mkdtemp(`${out}.`)
  try {
    const root = join(work, 'root')
    await fillRoot(root, image)
    await tar(root, join(work, 'layer.tar'), ['.'])
    const config = JSON.stringify({
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      os: 'linux',
      config: { Entrypoint: image.entrypoint ?? null, Env: [PATH] },
      rootfs: { type: 'layers', diff_ids: [`sha256:${await sha256(join(work, 'layer.tar'))}`] },
      history: [{}],
    })
    const name = `${createHash('sha256').update(config).digest('hex')}.json`
    await writeFile(join(work, name), config)
    const manifest = [{ Config: name, RepoTags: [image.reference], Layers: ['layer.tar'] }]
    await writeFile(join(work, 'manifest.json'), JSON.stringify(manifest))
    await tar(work, `${out}.draft`, [name, 'layer.tar', 'manifest.json'])
    await rename(`${out}.draft`, out)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

export async function referenceIn(archive: string): Promise<string> {
  const manifest = JSON.parse(await must(['tar', '-xOf', archive, 'manifest.json'])) as { RepoTags?: string[] }[]
  return manifest[0]?.RepoTags?.[0] ?? archive
}
