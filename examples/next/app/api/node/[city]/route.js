import { CacheManager } from 'omnicache'
import { ask } from '../../../asked.js'

const cache = new CacheManager({ redis: process.env.REDIS_URL, regions: { weather: { ttl: '10m' } } })

export async function GET(_request, { params }) {
  const { city } = await params
  return Response.json(await ask(cache, city))
}
