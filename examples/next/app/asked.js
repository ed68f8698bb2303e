import { loadWeather } from './source.js'

/**
 * The weather of a city through a cache, and where it was found: in memory, in the tier behind it, or
 * nowhere, so that the source was asked.
 */
export async function ask(cache, city) {
  const weather = cache.region('weather')
  const { hit, tier } = await weather.getEntry(city)
  const began = performance.now()
  const { degrees, at } = await weather.getOrSet(city, () => loadWeather(city))
  return { city, degrees, at, from: hit ? tier : 'source', ms: Math.round(performance.now() - began) }
}
