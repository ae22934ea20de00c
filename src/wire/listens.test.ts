import { describe, expect, test } from 'vitest'
import { listensIn } from './listens.ts'

const told = (command: string, env: Readonly<Record<string, string>> = {}): readonly string[] =>
  listensIn({
    words: command === '' ? [] : command.split(' '),
    env: Object.entries(env).map(([name, value]) => ({ name, value })),
  }).map(({ by, host, port, isDefault }) => `${by} ${host}:${port}${isDefault === true ? ' by default' : ''}`)

describe('on what a command line tells a program to listen', () => {
  test.each([
    ['gunicorn --bind 127.0.0.1:5000 app:app', ['--bind 127.0.0.1:5000']],
    ['gunicorn -b 127.0.0.1:8000 app', ['-b 127.0.0.1:8000']],
    ['gunicorn -b 0.0.0.0:8000 app', ['-b 0.0.0.0:8000']],
    ['server --host=localhost --port 8080', ['--host localhost:8080']],
    ['server --listen=127.0.0.1:8080', ['--listen 127.0.0.1:8080']],
    ['server -listen :8080', ['-listen 0.0.0.0:8080']],
    ['server --web.listen-address=[::1]:9090', ['--web.listen-address ::1:9090']],
    ['server --http-address=::1', ['--http-address ::1:null']],
    ['java -Dserver.address=127.0.0.1 -Dserver.port=3000 -jar a.jar', ['-Dserver.address 127.0.0.1:3000']],
    ['server --port=3000', ['--port null:3000']],
    ['webhook --secure-port=10260', ['--secure-port null:10260']],
    ['webhook --bind-address=127.0.0.1 --secure-port=10250', ['--bind-address 127.0.0.1:10250']],
    ['server --host 0.0.0.0 --port 80 --grpc-port 90', ['--host 0.0.0.0:80', '--grpc-port null:90']],
    ['nginx --http-port=8080 --https-port=8443', ['--http-port null:8080', '--https-port null:8443']],
    ['haproxy --http-bind-port=8080', ['--http-bind-port null:8080']],
    ['traefik --entryPoints.web.address=:8000/tcp', ['--entryPoints.web.address 0.0.0.0:8000']],
    ['traefik --entryPoints.dns.address=:53/udp', []],
    ['apiserver --insecure-port=0', []],
    ['redis-server --bind 127.0.0.1', ['--bind 127.0.0.1:null']],
    ['mongod --config /x --bind_ip_all', ['--bind_ip_all 0.0.0.0:null']],
    ['mongod --bind_ip_all --port 27018', ['--bind_ip_all 0.0.0.0:27018']],
    ['mongod --bind_ip *', ['--bind_ip 0.0.0.0:null']],
    ['mongod --bind_ip 127.0.0.1', ['--bind_ip 127.0.0.1:null']],
    ['mysqld --skip-networking', ['--skip-networking 127.0.0.1:3306']],
    ['mysqld --skip_networking=OFF', []],
    ['postgres -c listen_addresses=localhost', ['listen_addresses localhost:null']],
    ['etcd --listen-client-urls=http://127.0.0.1:2379', ['--listen-client-urls 127.0.0.1:2379']],
    ['etcd --advertise-client-urls=http://127.0.0.1:2379', []],
    ['manager --metrics-bind-address=127.0.0.1:8080', ['--metrics-bind-address 127.0.0.1:8080']],
    ['manager --metrics-host=127.0.0.1', []],
    ['exporter --redis.addr=localhost:6379', []],
    ['proxy --upstream=http://127.0.0.1:8080', []],
    ['psql -h 127.0.0.1', []],
    ['next start -H localhost -p 3000', ['-H localhost:3000']],
    ['server --bind $(POD_IP):80', ['--bind 0.0.0.0:80']],
    ['server --host mysql', []],
    ['server --host mysql --port 3306', []],
    ['server --host 10.0.0.5 --port 3306', []],
    ['server --port $(PORT)', []],
    ['uvicorn app:app --port 8080', ['uvicorn 127.0.0.1:8080 by default']],
    ['uvicorn app:app --host 0.0.0.0 --port 8080', ['--host 0.0.0.0:8080']],
    ['/usr/bin/flask run', ['flask run 127.0.0.1:5000 by default']],
    ['python manage.py runserver', ['manage.py runserver 127.0.0.1:8000 by default']],
    ['python manage.py runserver 0.0.0.0:8000', ['manage.py runserver 0.0.0.0:8000']],
    ['python manage.py runserver 0:8000', ['manage.py runserver 0.0.0.0:8000']],
    ['python manage.py runserver 8001', ['manage.py runserver 127.0.0.1:8001 by default']],
    ['python manage.py migrate', []],
    ['serve', []],
    ['gunicorn shop.wsgi --workers 4', ['gunicorn 127.0.0.1:8000 by default']],
    ['gunicorn -b unix:/run/a.sock app', []],
    ['gunicorn -c /etc/gunicorn.py app', []],
    ['gunicorn -k uvicorn.workers.UvicornWorker -b 0.0.0.0:80 app', ['-b 0.0.0.0:80']],
    ['oauth2-proxy --provider=oidc', ['oauth2-proxy 127.0.0.1:4180 by default']],
    ['oauth2-proxy --http-address=0.0.0.0:4180', ['--http-address 0.0.0.0:4180']],
    ['oauth2-proxy --http-address=http://:4180', ['--http-address 0.0.0.0:4180']],
    ['oauth2-proxy --config=/etc/a.cfg', []],
    ['vite', ['vite 127.0.0.1:5173 by default']],
    ['vite dev --port 3000', ['vite 127.0.0.1:3000 by default']],
    ['npx vite preview', ['vite preview 127.0.0.1:4173 by default']],
    ['vite --host', []],
    ['vite build', []],
    ['jupyter lab --no-browser', ['jupyter lab 127.0.0.1:8888 by default']],
    ['jupyter lab --ip=0.0.0.0', []],
    ['mlflow server --host 0.0.0.0', ['--host 0.0.0.0:null']],
    ['mlflow ui', ['mlflow ui 127.0.0.1:5000 by default']],
    ['tensorboard --logdir=/logs', ['tensorboard 127.0.0.1:6006 by default']],
    ['tensorboard --logdir=/logs --bind_all', []],
    ['php artisan serve', ['artisan serve 127.0.0.1:8000 by default']],
    ['php artisan queue:work', []],
    ['php -S 0.0.0.0:80', ['-S 0.0.0.0:80']],
  ])('%s', (command, expected) => expect(told(command)).toEqual(expected))

  test.each([
    ['quay.io/oauth2-proxy/oauth2-proxy:v7.7.1', ['--provider=oidc'], [], ['oauth2-proxy']],
    ['quay.io/oauth2-proxy/oauth2-proxy:v7.7.1', ['--provider=oidc'], ['OAUTH2_PROXY_HTTP_ADDRESS'], []],
    ['quay.io/oauth2-proxy/oauth2-proxy:v7.7.1', ['--provider=oidc'], ['*'], []],
    ['quay.io/oauth2-proxy/oauth2-proxy:v7.7.1', ['sh', '-c', './start'], [], []],
    ['docker.io/bitnami/oauth2-proxy:7', ['--provider=oidc'], [], []],
    ['quay.io/jupyter/base-notebook:latest', ['jupyter', 'lab'], [], []],
    ['shop/api:1', ['gunicorn', 'app'], [], ['gunicorn']],
    ['shop/api:1', ['gunicorn', 'app'], ['PORT'], []],
    ['shop/api:1', ['gunicorn', 'app'], ['*'], []],
    ['ollama/ollama:0.5', ['ollama', 'serve'], [], []],
  ])('by the habit of %s with %o, and %o set elsewhere', (image, words, elsewhere, by) => {
    expect(listensIn({ image, words, elsewhere, env: [] }).map((it) => it.by)).toEqual(by)
  })

  test('gunicorn listens for all where PORT is set', () => {
    const env = [{ name: 'PORT', value: '8080' }]
    expect(listensIn({ words: ['gunicorn', 'app'], env })).toEqual([{ by: 'PORT', host: null, port: 8080 }])
  })

  test('in a script', () => {
    const words = ['sh', '-c', 'migrate; exec gunicorn --bind "127.0.0.1:8000" app']
    expect(listensIn({ words, env: [] })).toEqual([{ by: '--bind', host: '127.0.0.1', port: 8000 }])
  })
})

test('what tells the port is kept, where it is not what tells the host', () => {
  const env = [
    { name: 'HOSTNAME', value: '0.0.0.0' },
    { name: 'PORT', value: '3000' },
  ]
  expect(listensIn({ words: [], env })).toEqual([
    { by: 'HOSTNAME', host: '0.0.0.0', only: 'IPv4', port: 3000, portBy: 'PORT' },
  ])
  expect(listensIn({ words: ['uvicorn', 'app:app', '--port', '81'], env: [] })).toEqual([
    { by: 'uvicorn', host: '127.0.0.1', port: 81, portBy: '--port', isDefault: true },
  ])
  expect(listensIn({ words: ['x', '--bind', ':80'], env: [] })).toEqual([{ by: '--bind', host: '0.0.0.0', port: 80 }])
})

describe('on what the environment tells it to', () => {
  test.each([
    [{ HOST: '127.0.0.1', PORT: '3000' }, ['HOST 127.0.0.1:3000']],
    [{ BIND_ADDR: '127.0.0.1:8080' }, ['BIND_ADDR 127.0.0.1:8080']],
    [{ LISTEN: 'localhost:8080' }, ['LISTEN localhost:8080']],
    [{ SERVER_ADDRESS: '127.0.0.1' }, ['SERVER_ADDRESS 127.0.0.1:null']],
    [{ SERVER_PORT: '3000' }, ['SERVER_PORT null:3000']],
    [{ GRPC_PORT: '9090', WEBHOOK_PORT: '9443' }, []],
    [{ GUNICORN_CMD_ARGS: '--bind=127.0.0.1:8000 --workers 3' }, ['--bind 127.0.0.1:8000']],
    [{ ASPNETCORE_URLS: 'http://localhost:5000' }, ['ASPNETCORE_URLS localhost:5000']],
    [{ ASPNETCORE_URLS: 'http://+:5000' }, ['ASPNETCORE_URLS 0.0.0.0:5000']],
    [{ APP_URL: 'http://localhost:8080', SERVER_URL: 'http://127.0.0.1:80', SERVER_HOST: 'localhost' }, []],
    [{ SERVER_HOST: 'localhost', SERVER_PORT: '8080' }, ['SERVER_HOST localhost:8080']],
    [{ DB_HOST: '127.0.0.1', DB_PORT: '5432', REDIS_ADDR: 'localhost:6379', API_HOST: 'localhost' }, []],
    [{ HOSTNAME: '0.0.0.0', PORT: '3000' }, ['HOSTNAME 0.0.0.0:3000']],
    [{ PORT: 'tcp://10.96.0.7:80' }, []],
    [{ HOST: 'ledger.pay', PORT: '5432' }, []],
    [{ HOST: '10.0.0.5', PORT: '5432' }, []],
  ])('%o', (env, expected) => expect(told('', env)).toEqual(expected))

  test('flags go before it', () => {
    expect(told('server --host 0.0.0.0 --port 80', { HOST: '127.0.0.1', PORT: '3000' })).toEqual(['--host 0.0.0.0:80'])
    expect(told('uvicorn app:app', { UVICORN_HOST: '0.0.0.0' })).toEqual(['UVICORN_HOST 0.0.0.0:null'])
  })
})

test.each([
  ['0.0.0.0:80', ['IPv4']],
  ['http://0.0.0.0:80', ['IPv4']],
  [':80', [undefined]],
  ['[::]:80', [undefined]],
  ['*:80', [undefined]],
  ['0.0.0.0:80,[::]:80', ['IPv4', undefined]],
])('of which family an address alone is: %s', (value, only) => {
  expect(listensIn({ words: ['--listen', value], env: [] }).map((it) => it.only)).toEqual(only)
})

test('of Java an address of one family is of both', () => {
  expect(listensIn({ words: ['-Dserver.address=0.0.0.0', '-Dserver.port=80'], env: [] })[0]?.only).toBe(undefined)
})
