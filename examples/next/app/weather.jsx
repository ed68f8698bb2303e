'use client'

import { CacheManager } from 'omnicache'
import { indexedDbDriver } from 'omnicache/indexeddb'
import { useState } from 'react'
import { ask } from './asked.js'

let cache

/** Made at its first use, since a component is rendered on the server too; ready when the database is open. */
async function browserCache() {
  cache ??= new CacheManager({ l2: indexedDbDriver(), regions: { weather: { ttl: '10m' } } })
  await cache.ready()
  return cache
}

async function answerOf(place, city) {
  if (place === 'browser') return ask(await browserCache(), city)
  const response = await fetch(`/api/${place}/${city}`)
  return response.json()
}

const SOURCES = { source: 'the source', memory: 'memory', redis: 'Redis', indexeddb: 'IndexedDB' }

export function Weather({ id, title, text }) {
  const [answers, setAnswers] = useState([])
  const show = async (city) => {
    const answer = await answerOf(id, city)
    setAnswers((before) => [{ ...answer, turn: (before[0]?.turn ?? 0) + 1 }, ...before].slice(0, 4))
  }
  return (
    <section id={id}>
      <h2>{title}</h2>
      <p>{text}</p>
      <div>
        {['Oslo', 'Lima', 'Pune'].map((city) => (
          <button key={city} type="button" onClick={() => show(city)}>
            {city}
          </button>
        ))}
      </div>
      <ol>
        {answers.map(({ turn, city, degrees, from, ms }) => (
          <li key={turn} data-from={from}>
            <b>
              {city} {degrees} °C
            </b>{' '}
            from {SOURCES[from] ?? from}, {ms} ms
          </li>
        ))}
      </ol>
    </section>
  )
}
