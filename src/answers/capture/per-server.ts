/** What a server's signs are out of, by its address and port. */
export interface ServerCounts {
  connections: number
  data: number
  firstBytes: number
  answers: number
}

export interface PerServer {
  /** To count in. */
  readonly of: (id: number, port: number) => ServerCounts
  readonly seen: (id: number, port: number) => Readonly<ServerCounts>
}

const none = (): ServerCounts => ({ connections: 0, data: 0, firstBytes: 0, answers: 0 })

export function createPerServer(): PerServer {
  const all = new Map<number, ServerCounts>()
  const keyOf = (id: number, port: number): number => id * 65_536 + port
  return {
    of(id, port) {
      const key = keyOf(id, port)
      let its = all.get(key)
      if (its === undefined) {
        its = none()
        all.set(key, its)
      }
      return its
    },
    seen: (id, port) => all.get(keyOf(id, port)) ?? none(),
  }
}
