/*
 * On what a program is told to listen, by its flags and its environment. Each program has names of its own for it, so
 * that only names are taken that mean nothing else: what a client is told (`DB_HOST`, `--redis-addr`) is none of them.
 * Of a value nothing is kept but a port, and whether others than the pod itself reach the address.
 */
import type { IpFamily } from './ip-family.ts'
import { anyOf } from './pattern.ts'

/** `0.0.0.0` stands for every address that is no loopback. */
export type ListenHost = '127.0.0.1' | 'localhost' | '::1' | '0.0.0.0'

export interface Listen {
  /** The flag, the environment variable, or the program whose default it is. */
  readonly by: string
  /** null: only a port is told. */
  readonly host: ListenHost | null
  readonly port: number | null
  /** What tells the port, where it is another than what tells the host: `PORT` beside `HOST`. */
  readonly portBy?: string
  /** Nobody says so: it is what this program does when it is told nothing. */
  readonly isDefault?: true
  /** The ConfigMap whose key holds it, mounted as a file, where a dump holds both. */
  readonly map?: string
  readonly key?: string
  /** In the text of that key, from one on. */
  readonly line?: number
  /** Whether the program reads that file depends on where it was started. */
  readonly isGuess?: true
  /** What it says is of this family alone, and the other is listened to by none of it. */
  readonly only?: IpFamily
}

export const listenHosts: readonly ListenHost[] = ['127.0.0.1', 'localhost', '::1', '0.0.0.0']

export interface Told {
  readonly env: readonly { readonly name: string; readonly value: string }[]
  readonly words: readonly string[]
  /** The image, whose entry point is the program where the command line has its flags alone. */
  readonly image?: string
  /** Variables whose values stand elsewhere (a Secret); `*`: all of a ConfigMap or a Secret. */
  readonly elsewhere?: readonly string[]
}

/** A tenant writes these: no command has as many words, and no value of those that are read is as long. */
const most = { words: 400, word: 400, env: 1000, listens: 12 }

const address = 'addr|address|addresses|host|hosts|ip|url|urls|uri|on|client-urls?|listen|endpoint'
/** These words alone, or one of the general ones before: `http-address`, `web.listen-address`, `server.host`. */
const general = '(?:http|https|server|web|tcp|rest|ui)[._-]'
const isBind = new RegExp(
  `^(?:(?:${general})?(?:listen|bind)(?:[._-]?(?:${address}))?|(?:${general})(?:addr|address|host|hostname|ip)|` +
    'host|hostname|address|addr)$',
  'i',
)
/** With something of the program's own before it counts only beside a port: `metrics-bind-address`. */
const isOtherBind = new RegExp(`^[a-z0-9._-]{1,60}[._-](?:listen|bind)(?:[._-]?(?:${address}))?$`, 'i')
const isPortName = new RegExp(`^(?:(?:${general})?(?:listen[._-]|bind[._-])?port)$`, 'i')
/**
 * Of flags alone, a port for one kind of traffic: kube-apiserver's kind has `--secure-port`, HAProxy's controller
 * `--http-bind-port`, F5's `-default-http-listener-port`, controllers with a webhook `--webhook-port`.
 */
const isKindPort = new RegExp(
  anyOf(
    /^(?:secure|insecure|webhook|admission|grpc|serving|serve)(?:[._-](?:listen|bind|server))?[._-]port$/,
    /^default-https?-listener[._-]port$/,
  ),
  'i',
)
/** `--entryPoints.web.address=:8000/tcp`, of Traefik; each flag is for one of its ports. */
const isEntryPoint = /^entrypoints\.[a-z0-9_-]{1,40}\.address$/i
/** Of one program each: a variable that its server reads and nobody else. */
const ownHosts = /^(?:UVICORN_HOST|FLASK_RUN_HOST|GRADIO_SERVER_NAME|STREAMLIT_SERVER_ADDRESS|NUXT_HOST|NITRO_HOST)$/
const moreOwnHosts =
  /^(?:OLLAMA_HOST|ASPNETCORE_URLS|HYPERCORN_BIND|N8N_LISTEN_ADDRESS|ROCKET_ADDRESS|GF_SERVER_HTTP_ADDR)$/
const ownPorts = /^(?:UVICORN_PORT|FLASK_RUN_PORT|GRADIO_SERVER_PORT|STREAMLIT_SERVER_PORT|NUXT_PORT|NITRO_PORT)$/
const moreOwnPorts = /^(?:ASPNETCORE_HTTP_PORTS|N8N_PORT|ROCKET_PORT|GF_SERVER_HTTP_PORT)$/
/** A client has it as well: it counts only beside a port. */
const isEithers = /^(?:HTTP|HTTPS|SERVER|WEB|TCP|REST|UI)_(?:HOST|HOSTNAME|IP)$/
/** What goes out, and what others are told. */
const isOutward = /advertis|public|external|announce|upstream|target|remote|proxy|allowed|trusted|cors|peer|initial/i
/** Words of a command line in a variable: `GUNICORN_CMD_ARGS`, `JAVA_TOOL_OPTIONS`. */
const holdsWords = /(?:^|_)(?:ARGS|OPTS|OPTIONS|FLAGS)$/

/** In the order in which a program heeds them: flags, then its environment, then what it does by itself. */
export function listensIn({ env, words: raw, image = '', elsewhere = [] }: Told): readonly Listen[] {
  const words = wordsOf(raw)
  const flags = byFlags(words)
  const vars = env.slice(0, most.env).filter(({ value }) => value.length <= most.word)
  const more = vars.filter(({ name }) => holdsWords.test(name)).flatMap(({ value }) => byFlags(wordsOf([value])))
  const byEnv = vars.flatMap(({ name, value }) => ofVariable(name, value))
  const [said, set] = [ownOf([...flags, ...more]), ownOf(byEnv)]
  const names = [...env.slice(0, most.env).map((it) => it.name), ...elsewhere]
  const own = defaultOf({ words, image, names }, [...said, ...set])
  return settle(said, set, own).slice(0, most.listens)
}

/** A script is one word of `sh -c`. */
function wordsOf(raw: readonly string[]): readonly string[] {
  return raw
    .flatMap((it) => it.slice(0, 4000).split(/[\s"';]+/))
    .filter((it) => it !== '')
    .slice(0, most.words)
}

function ofVariable(name: string, value: string): readonly Listen[] {
  if (!/^[A-Z][A-Z0-9_]{0,80}$/.test(name) || isOutward.test(name)) return []
  if (ownPorts.test(name) || moreOwnPorts.test(name)) return portOnly(name, value)
  const isOwn = ownHosts.test(name) || moreOwnHosts.test(name)
  return told(name, value, { name: name.toLowerCase(), isOwn })
}

/** `--bind 127.0.0.1:8000`, `--host=localhost`, `-Dserver.port=3000`, `-b :80`. */
function byFlags(words: readonly string[]): readonly Listen[] {
  const found: Listen[] = []
  for (const [at, word] of words.entries()) {
    if (word.length > most.word) continue
    const [, dashes = '', name, set] = /^(--?)(?:D(?=[a-z]))?([A-Za-z][\w.-]{0,60})(?:=(.*))?$/s.exec(word) ?? []
    if (name === undefined) {
      const [, plain, value = ''] = /^(listen_addresses)=(.*)$/.exec(word) ?? []
      if (plain !== undefined) found.push(...told(plain, value, { name: 'listen-addresses', isOwn: true }))
      continue
    }
    const plain = ofServer(dashes, name, set)
    if (plain !== null) {
      found.push(plain)
      continue
    }
    const by = `${word.startsWith('-D') && dashes === '-' ? '-D' : dashes}${name}`
    const next = words[at + 1] ?? ''
    const value = set ?? (next.startsWith('-') ? '' : next)
    const short = shortOf(dashes, name, words)
    found.push(...told(by, value, { name: short ?? name, isOwn: false }))
  }
  return found
}

/** Flags of one server that take no address. */
function ofServer(dashes: string, name: string, set: string | undefined): Listen | null {
  // mongod's, which goes before the `net.bindIp` of its file (mongodb/mongo jstests, bind_ip_all and net.bindIp).
  if (dashes === '--' && name === 'bind_ip_all' && (set ?? 'true') === 'true')
    return { by: '--bind_ip_all', host: '0.0.0.0', port: null }
  // It listens on its socket alone then (MySQL, "Server System Variables").
  const isOff = noNetwork.test(name) && !/^(?:0|off|false)$/i.test(set ?? '')
  return isOff ? { by: `${dashes}${name}`, host: '127.0.0.1', port: 3306 } : null
}

/** They listen for all, and refuse all but the pod itself: Redis's protected mode, PostgreSQL's list of hosts. */
export const deniesOthers = /^(?:protected-mode|pg_hba\.conf)$/

/** Of MySQL and MariaDB. */
export const noNetwork = /^skip[-_]networking$/

/** What one letter means, the program before it says. */
function shortOf(dashes: string, name: string, words: readonly string[]): string | null {
  if (dashes !== '-' || name.length > 1) return null
  const runs = (program: RegExp): boolean => words.slice(0, 12).some((it) => program.test(it))
  if (name === 'b' && runs(/(?:^|\/)(?:gunicorn|hypercorn|daphne|rails|puma|bundle|waitress-serve)$/)) return 'bind'
  if (name === 'h' && runs(/(?:^|\/)flask$/)) return 'host'
  if (name === 'H' && runs(/(?:^|\/)(?:next|nuxt)$/)) return 'hostname'
  if (name === 'l' && runs(/(?:^|\/)memcached$/)) return 'listen'
  if (name === 'S' && runs(/(?:^|\/)php$/)) return 'bind'
  if (name === 'p' && runs(/(?:^|\/)(?:memcached|next|nuxt|flask|rails|puma|daphne|http-server|serve)$/)) return 'port'
  return null
}

interface Meaning {
  readonly name: string
  readonly isOwn: boolean
}

function told(by: string, value: string, { name, isOwn }: Meaning): readonly Listen[] {
  if (value === '' || isOutward.test(name)) return []
  if (isPortName.test(name) || (by.startsWith('-') && isKindPort.test(name))) return portOnly(by, value)
  if (isEntryPoint.test(name)) return entryPoint(by, value)
  const isMain = isOwn || isBind.test(name)
  if (!isMain && !isOtherBind.test(name)) return []
  return value
    .split(',')
    .slice(0, 8)
    .flatMap((each) => {
      const place = placeOf(each.trim())
      if (place === null) return isMain && /^[\w.-]+(?::\d{1,5})?$/.test(each.trim()) ? [{ by, ...another }] : []
      const only = /^(?:[a-z0-9]+:\/\/)?0\.0\.0\.0(?:[:/]|$)/i.test(each.trim()) && !isOfJava.test(by) ? onlyIpv4 : {}
      return !isMain && place.port === null ? [] : [{ by, ...place, ...only }]
    })
}

/**
 * `0.0.0.0` is every address of IPv4 (inet_addr(3)); a program that takes one socket for both has `::` for it. Java has
 * such a socket whichever of the two is written (java.net, "IPv6 User Guide").
 */
const onlyIpv4 = { only: 'IPv4' as const }
const isOfJava = /^(?:-D|SERVER_|JAVA_|SPRING_|MANAGEMENT_)/

/** A name, or one address of somebody: whom to call, and a port beside it is that one's. */
const another = { host: null, port: null }

function isAnother({ host, port }: Listen): boolean {
  return host === null && port === null
}

/** Without the ports of those that are called. */
function ownOf(listens: readonly Listen[]): readonly Listen[] {
  const isClient = listens.some(isAnother)
  return listens.filter((it) => !isAnother(it) && !(isClient && it.host === null))
}

function portOnly(by: string, value: string): readonly Listen[] {
  const port = portOf(value.replace(/^:/, ''))
  return port === null ? [] : [{ by, host: null, port }]
}

function entryPoint(by: string, value: string): readonly Listen[] {
  const [, address, protocol] = /^([^/]{1,60})(?:\/(tcp|udp))?$/i.exec(value) ?? []
  const place = address === undefined || protocol?.toLowerCase() === 'udp' ? null : placeOf(address)
  return place === null || place.port === null ? [] : [{ by, ...place }]
}

function portOf(text: string | undefined): number | null {
  const port = /^\d{1,5}$/.test(text ?? '') ? Number(text) : 0
  return port > 0 && port < 65_536 ? port : null
}

/** `127.0.0.1:8000`, `:8000`, `http://localhost:5000/`, `[::1]:80`, `localhost`; null for what is no such place. */
function placeOf(text: string): Pick<Listen, 'host' | 'port'> | null {
  const [, rest = ''] = /^(?:(?:https?|tcp|tcp4|tcp6):\/\/)?([^/]*)\/?$/i.exec(text) ?? []
  const [, inBrackets, plain, told] = /^(?:\[([\da-f:.]{2,45})\]|([^:[\]]*))(?::(\d{1,5}))?$/i.exec(rest) ?? []
  const bare = /^[\da-f:]*:[\da-f:]*:[\da-f:.]*$/i.test(rest) ? rest : null
  const host = (inBrackets ?? bare ?? plain ?? '').toLowerCase()
  const port = portOf(told)
  if (told !== undefined && port === null) return null
  if (host === '') return port === null ? null : { host: '0.0.0.0', port }
  if (host === 'localhost' || host === '::1') return { host, port }
  if (/^127(?:\.\d{1,3}){3}$/.test(host)) return { host: '127.0.0.1', port }
  const isEvery = /^(?:0|\*|\+|::|0\.0\.0\.0|\$\(?\{?[a-z_]+\}?\)?)$/.test(host) || bare !== null
  if (isEvery || inBrackets !== undefined) return { host: '0.0.0.0', port }
  // A name: its own, or whom to call. With a port beside it it is no port of this program for certain.
  return null
}

interface Program {
  readonly runs: RegExp
  /** The image by whose entry point it runs, and what it is called then. */
  readonly image?: RegExp
  readonly called?: string
  /** Images that bring a setting of their own along. */
  readonly notOf?: RegExp
  /** The word after it, where there must be one. */
  readonly does?: string
  readonly port: number
  /** Where it reads its place from besides: then nobody knows. */
  readonly unless?: RegExp
  /** Variables that say so. */
  readonly env?: RegExp
}

/**
 * What they do when nobody tells them where to listen: they serve the machine that they run on. By their own manuals:
 * gunicorn "Settings" (bind: 0.0.0.0:$PORT where that is set), oauth2-proxy "Configuration Overview" (http-address;
 * bitnami's image has flags of its own), Jupyter Server (ServerApp.ip; the images of jupyter/docker-stacks set it),
 * Vite "Server Options" (server.host, localhost), MLflow CLI, TensorBoard since 2.0, Jekyll "Serve Commands", Laravel
 * `artisan serve`, Ollama (its own image sets OLLAMA_HOST).
 */
const programs: readonly Program[] = [
  { runs: /(?:^|\/)uvicorn$/, port: 8000, unless: /^--(?:uds|fd|env-file)(?:=|$)/ },
  {
    runs: /(?:^|\/)gunicorn3?$/,
    port: 8000,
    unless: /^(?:-c|--config|-b|--bind|--paste|--paster)(?:=|$)|^-[bc]\S/,
    env: /^(?:PORT|GUNICORN_.*|LISTEN_FDS)$/,
  },
  { runs: /(?:^|\/)hypercorn$/, port: 8000, unless: /^(?:-c|--config)(?:=|$)/ },
  { runs: /(?:^|\/)daphne$/, port: 8000, unless: /^(?:-u|--unix-socket|-e|--endpoint|--fd)(?:=|$)/ },
  { runs: /(?:^|\/)flask$/, does: 'run', port: 5000 },
  { runs: /(?:^|\/)manage\.py$/, does: 'runserver', port: 8000 },
  { runs: /(?:^|\/)mkdocs$/, does: 'serve', port: 8000, unless: /^(?:-a|--dev-addr|-f|--config-file)(?:=|$)/ },
  { runs: /(?:^|\/)hugo$/, does: 'server', port: 1313, unless: /^--bind(?:=|$)/ },
  { runs: /(?:^|\/)ng$/, does: 'serve', port: 4200, unless: /^(?:-c|--configuration)(?:=|$)/ },
  {
    runs: /(?:^|\/)oauth2[-_]proxy$/,
    image: /(?:^|\/)oauth2-proxy\/oauth2-proxy(?:[:@]|$)/,
    called: 'oauth2-proxy',
    notOf: /bitnami/,
    port: 4180,
    unless: /^--?(?:http-address|https-address|config|alpha-config)(?:=|$)/,
    env: /^OAUTH2_PROXY_(?:HTTP_ADDRESS|HTTPS_ADDRESS|CONFIG|ALPHA_CONFIG|CFG)$/,
  },
  ...['lab', 'notebook', 'server', 'nbclassic'].map((does) => ({
    runs: /(?:^|\/)jupyter$/,
    notOf: /(?:^|\/)jupyter\//,
    does,
    port: 8888,
    unless: /^--(?:ip|config|ServerApp\.ip|NotebookApp\.ip)(?:=|$)/,
    env: /^JUPYTER_/,
  })),
  { runs: /(?:^|\/)vite$/, does: 'preview', port: 4173, unless: /^(?:--host|-c|--config)(?:=|$)/ },
  { runs: /(?:^|\/)vite$/, port: 5173, unless: /^(?:(?:--host|-c|--config)(?:=|$)|build$|optimize$)/ },
  ...['server', 'ui'].map((does) => ({ runs: /(?:^|\/)mlflow$/, does, port: 5000, env: /^MLFLOW_HOST$/ })),
  { runs: /(?:^|\/)tensorboard$/, port: 6006, unless: /^--bind_all(?:=|$)/ },
  { runs: /(?:^|\/)jekyll$/, does: 'serve', port: 4000, unless: /^(?:-H|--config)(?:=|$)/ },
  { runs: /(?:^|\/)artisan$/, does: 'serve', port: 8000, env: /^SERVER_HOST$/ },
  { runs: /(?:^|\/)ollama$/, notOf: /(?:^|\/)ollama\/ollama/, does: 'serve', port: 11_434, env: /^OLLAMA_HOST$/ },
]

interface Around {
  readonly words: readonly string[]
  readonly image: string
  readonly names: readonly string[]
}

/** Where the words have it; -1: none of them, and its image runs it; null: it runs not. */
function runAt({ runs, image, notOf }: Program, { words, image: own }: Around): number | null {
  if (notOf?.test(own) === true) return null
  const at = words.findIndex((it) => it.length <= most.word && runs.test(it))
  if (at !== -1) return at
  return image?.test(own) === true && words[0]?.startsWith('-') === true ? -1 : null
}

function defaultOf(around: Around, others: readonly Listen[]): readonly Listen[] {
  if (others.some(({ host }) => host !== null)) return []
  const { words, names } = around
  for (const program of programs) {
    const { called, does, port, unless, env } = program
    const at = runAt(program, around)
    if (at === null || names.some((it) => env?.test(it) === true || (env !== undefined && it === '*'))) continue
    const doing = does === undefined ? at : words.indexOf(does, Math.max(at, 0))
    if ((does !== undefined && doing === -1) || words.some((it) => unless?.test(it) === true)) continue
    const by = [words[at]?.split('/').at(-1) ?? called ?? '', ...(does === undefined ? [] : [does])].join(' ')
    if (does !== 'runserver') return [{ by, host: '127.0.0.1', port, ...onlyPort(others), isDefault: true }]
    // `runserver 0:8000`, `runserver 8000`.
    const next = words.slice(doing + 1).find((it) => !it.startsWith('-')) ?? ''
    const place = portOf(next) === null ? placeOf(next) : { host: '127.0.0.1' as const, port: portOf(next) }
    if (place !== null) return [{ by, ...place, ...(portOf(next) === null ? {} : { isDefault: true as const }) }]
    return next === '' ? [{ by, host: '127.0.0.1', port, isDefault: true }] : []
  }
  return []
}

/** The one port that is told beside hosts, with what tells it first. */
function onlyPort(listens: readonly Listen[]): { readonly port: number; readonly portBy: string } | null {
  const ports = listens.flatMap(({ by, host, port }) => (host === null && port !== null ? [{ port, portBy: by }] : []))
  const general = ports.filter(({ portBy }) => !isKindPort.test(portBy.replace(/^-+/, '')))
  const told = general.length > 0 ? general : ports
  const [first] = told
  return first !== undefined && told.every((it) => it.port === first.port) ? first : null
}

/** Flags go before the environment, and a host without a port has the port that is told beside it. */
function settle(flags: readonly Listen[], env: readonly Listen[], own: readonly Listen[]): readonly Listen[] {
  const hosts = [...flags, ...own].some((it) => it.host !== null)
  const ports = flags.some((it) => it.port !== null && (it.host === null || it.host === '0.0.0.0'))
  const all = [...flags, ...own, ...env.filter((it) => (it.host === null ? !ports : !hosts))]
  const beside = onlyPort(all)
  const settled = all.map((it) => (it.host !== null && it.port === null ? { ...it, ...beside } : it))
  const port = beside?.port ?? null
  const isTaken = port !== null && settled.some((it) => it.host !== null && it.port === port)
  const kept = settled
    .filter((it) => it.host !== null || !isTaken || it.port !== port)
    .filter((it) => it.port !== null || !isEithers.test(it.by))
  return [...new Map(kept.map((it) => [`${it.by} ${it.host}:${it.port} ${it.only ?? ''}`, it])).values()]
}
