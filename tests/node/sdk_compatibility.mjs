// Gladia's own JavaScript SDK, unchanged, against gladia-emulator: what it expects of the server is
// what the emulator must do.
//
//   node sdk_compatibility.mjs EMULATOR SAMPLE.wav SAMPLE.txt
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { GladiaClient } from '@gladiaio/sdk'

const [emulatorPath, samplePath, scriptPath] = process.argv.slice(2)
const wavHeaderSize = 44
const chunkSize = 3200 // 100 ms

const audio = (await readFile(samplePath)).subarray(wavHeaderSize)
const sentences = (await readFile(scriptPath, 'utf8')).trim().split('\n')

async function startEmulator() {
  const process_ = spawn(emulatorPath, ['--port', '0', '--script', scriptPath], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await new Promise((resolve, reject) => {
    process_.once('error', reject)
    process_.once('exit', () => reject(new Error('the emulator ended before it listened')))
    createInterface({ input: process_.stdout }).on('line', (line) => {
      const [, url] = line.match(/^listening on (\S+)/) ?? []
      if (url) resolve(url)
    })
  })
  return { process: process_, url }
}

async function stopEmulator(emulator) {
  const ended = once(emulator.process, 'exit')
  emulator.process.kill('SIGTERM')
  const [code] = await ended
  assert.equal(code, 0, 'the emulator ends well')
}

// Streams the sample; resolves with all messages when the session has ended.
async function transcribe(live) {
  const session = live.startSession({
    encoding: 'wav/pcm',
    sample_rate: 16000,
    bit_depth: 16,
    channels: 1,
    language_config: { languages: ['en'] },
    messages_config: { receive_partial_transcripts: true, receive_lifecycle_events: true },
    custom_metadata: { test: 'sdk_compatibility' },
  })
  const messages = []
  session.on('message', (message) => messages.push(message))
  const end = new Promise((resolve, reject) => {
    session.once('ended', resolve)
    session.once('error', reject)
  })
  for (let at = 0; at < audio.length; at += chunkSize) {
    session.sendAudio(audio.subarray(at, at + chunkSize))
  }
  session.stopRecording()
  const { code } = await end
  assert.equal(code, 1000, 'the session ends with 1000')
  return { id: await session.getSessionId(), messages }
}

async function whenDone(live, id) {
  for (let attempt = 0; attempt < 100; ++attempt) {
    const job = await live.get(id)
    if (job.status === 'done') return job
    assert.ok(['queued', 'processing'].includes(job.status), `status ${job.status}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('the job is not done after 10 s')
}

// Uploads the sample, makes a job of it and waits; then all of that in one call.
async function transcribeRecording(recordings) {
  const uploaded = await recordings.uploadFile(samplePath)
  assert.ok(uploaded.audio_url, 'an upload has a URL')
  assert.equal(uploaded.audio_metadata.number_of_channels, 1)

  const { id } = await recordings.create({ audio_url: uploaded.audio_url })
  const job = await recordings.poll(id, { interval: 100, timeout: 30_000 })
  assert.equal(job.status, 'done')
  assert.equal(job.kind, 'pre-recorded')
  // A recording is split at other pauses than a session: each piece has one line of the script.
  const heard = (job) => job.result.transcription.utterances.map(({ text }) => text.trim())
  assert.ok(heard(job).length > 0, 'something was said')
  assert.deepEqual(heard(job), sentences.slice(0, heard(job).length))

  const again = await recordings.transcribe(samplePath, {}, { interval: 100, timeout: 30_000 })
  assert.deepEqual(heard(again), heard(job))

  const page = await recordings.list({ limit: 10 })
  assert.deepEqual(page.items.map((item) => item.id), [again.id, id], 'the newest comes first')

  const file = Buffer.from(await recordings.getFile(id))
  assert.ok(file.subarray(-audio.length).equals(audio), 'the file is what was uploaded')

  assert.equal(await recordings.delete(id), true)
  await assert.rejects(recordings.get(id), (error) => error.status === 404)
}

const emulator = await startEmulator()
try {
  const gladia = new GladiaClient({ apiKey: 'a key of no account', apiUrl: emulator.url })
  const live = gladia.liveV2()

  const { id, messages } = await transcribe(live)
  const ofType = (type) => messages.filter((message) => message.type === type)
  assert.ok(messages.every((message) => message.session_id === id), 'all of this session')
  const finals = ofType('transcript').filter((message) => message.data.is_final)
  const heard = finals.map((message) => message.data.utterance.text.trim())
  assert.deepEqual(heard, sentences, 'finals are what the script says')
  // Not start_session: the SDK adds one of its own making.
  for (const type of ['start_recording', 'end_recording', 'end_session']) {
    assert.equal(ofType(type).length, 1, `one ${type}`)
  }

  const job = await whenDone(live, id)
  assert.equal(job.id, id)
  assert.equal(job.kind, 'live')
  assert.deepEqual(job.custom_metadata, { test: 'sdk_compatibility' })
  const { full_transcript, utterances } = job.result.transcription
  assert.equal(utterances.length, sentences.length)
  assert.ok(full_transcript.includes(sentences[0]), full_transcript)

  const page = await live.list({ limit: 10 })
  assert.deepEqual(page.items.map((item) => item.id), [id], 'the list holds this job alone')

  const file = Buffer.from(await live.getFile(id))
  assert.equal(file.toString('latin1', 0, 4), 'RIFF')
  assert.ok(file.subarray(-audio.length).equals(audio), 'the file holds the audio that was sent')

  assert.equal(await live.delete(id), true)
  await assert.rejects(live.get(id), (error) => error.status === 404, 'a deleted job is gone')

  await transcribeRecording(gladia.preRecordedV2())
} finally {
  await stopEmulator(emulator)
}
console.log('the official SDK and the emulator agree')
