import { CacheManager } from 'omnicache'
import { ask } from '../../../asked.js'

export const runtime = 'edge'

const cache = new CacheManager({ regions: { weather: { ttl: '10m' } } })

export async function GET(_request, { params }) {
  const { city } = await params
  return Response.json(await ask(cache, city))
}
