import { describe, expect, test } from 'vitest'
import type { Body } from './appointment.ts'
import { holdsJoinBlock, meetingTools, withJoinBlock } from './join-block.ts'

const text = (content: string): Body => ({ contentType: 'text', content })
const html = (content: string): Body => ({ contentType: 'html', content })
const underscores = '_'.repeat(80)

type Sample = { name: string; text: string; html: string }

const samples: Sample[] = [
  {
    name: 'Microsoft Teams',
    text: `${underscores}\nMicrosoft Teams meeting\n\nJoin: https://teams.microsoft.com/l/meetup-join/19%3a\n\nMeeting ID: 1\n${underscores}`,
    html: `<div><span>${underscores}</span></div><div class="me-email-text"><a href="https://teams.microsoft.com/l/meetup-join/19%3a">Join</a><br><b>ID</b></div><div>${underscores}</div>`,
  },
  {
    name: 'Zoom',
    text: '──────────\n\nAda is inviting you.\n\nhttps://us02web.zoom.us/j/123?pwd=x\n\nPasscode: 1\n──────────',
    html: '<p>──────────</p><p><a href="https://us02web.zoom.us/j/123?pwd=x">Join</a></p><p>Passcode: 1</p><p>──────────</p>',
  },
  {
    name: 'Webex',
    text: '-- Do not delete or change any of the following text. --\n\nJoin: https://acme.webex.com/acme/j.php?MTID=m1\n\nNeed help? Go to https://help.webex.com',
    html: '<p>-- Do not delete or change any of the following text. --</p><p><a href="https://acme.webex.com/acme/j.php?MTID=m1">Join</a></p><p>Need help? Go to https://help.webex.com</p>',
  },
  {
    name: 'Google Meet',
    text: '-::~:~::~:~:~:~::-\nJoin: https://meet.google.com/abc-defg-hij\n\nLearn more\n-::~:~::~:~:~:~::-',
    html: '<p>-::~:~::~:~:~:~::-</p><p><a href="https://meet.google.com/abc-defg-hij">Join</a></p><p>-::~:~::~:~:~:~::-</p>',
  },
]

test('each known tool has a sample', () => {
  expect(samples.map(({ name }) => name)).toEqual(meetingTools.map(({ name }) => name))
})

describe.each(samples)('the join block of $name', (block) => {
  test('is kept to the byte in a text', () => {
    const found = text(`Old plans\n\n${block.text}\n\nA line below`)
    expect(holdsJoinBlock(found)).toBe(true)
    expect(withJoinBlock(text('New plans\n'), found)).toEqual(text(`New plans\n\n${block.text}`))
  })

  test('is kept to the byte in HTML, whatever it is wrapped in', () => {
    const found = html(`<html><body><div><p>Old</p>${block.html}<p>below</p></div></body></html>`)
    const kept = withJoinBlock(html('<html><body><p>New</p></body></html>'), found)
    expect(kept).toEqual(html(`<html><body><p>New</p>${block.html}</body></html>`))
  })

  test('turns a text that is wanted into HTML', () => {
    const kept = withJoinBlock(text('a < b\nc'), html(`<p>Old</p>${block.html}`))
    expect(kept).toEqual(html(`<p>a &lt; b<br>\nc</p>${block.html}`))
  })

  test('is there once, however often the body is written', () => {
    const bodies = Array.from({ length: 100 }, (_, n) => text(`Plans ${n}`))
    const last = bodies.reduce((found, wanted) => withJoinBlock(wanted, found), text(`Old\n\n${block.text}`))
    expect(last).toEqual(text(`Plans 99\n\n${block.text}`))
  })

  test('gives way to one of the same tool that is wanted', () => {
    const wanted = text(`Elsewhere\n\n${block.text.replaceAll('1', '2')}`)
    expect(withJoinBlock(wanted, text(`Old\n\n${block.text}`))).toBe(wanted)
  })
})

test('an address without a block is kept with its paragraph', () => {
  const found = text('Old\n\nDial in:\nhttps://zoom.us/j/1\nby nine\n\nbelow')
  expect(withJoinBlock(text('New'), found)).toEqual(text('New\n\nDial in:\nhttps://zoom.us/j/1\nby nine'))
  const kept = withJoinBlock(
    html('<p>New</p>'),
    html('<p>Old</p><p>At <a href="https://zoom.us/j/1">Zoom</a></p>'),
  )
  expect(kept).toEqual(html('<p>New</p><p>At <a href="https://zoom.us/j/1">Zoom</a></p>'))
})

test.each(['Old plans', 'https://teams.microsoft.com/channel', 'http://zoom.us/j/1', 'meet.google.com'])(
  'there is none in %s',
  (content) => {
    expect(holdsJoinBlock(text(content))).toBe(false)
    const wanted = text('New')
    expect(withJoinBlock(wanted, text(content))).toBe(wanted)
  },
)
