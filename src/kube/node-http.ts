/*
 * `import 'node:http'` reads every export once, and the one called WebSocket loads undici: 20 ms of every start.
 * getBuiltinModule gives the same module without reading any (measured on Node 24: 1.5 ms).
 */
export const http = process.getBuiltinModule('node:http')
export const https = process.getBuiltinModule('node:https')
