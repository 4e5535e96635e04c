"""Opens streams with a client of Python and prints what it hands over, a JSON object a line:
python.py CLIENT URL…

Neither reads events nor reconnects, so each has the parser and the loop around it that its users write. It ends when
it is told to.
"""
import json
import sys
import threading
import time

NO_CONTENT = 204
RETRY = 0.2


def tell(stream, **line):
    sys.stdout.write(json.dumps({'stream': stream, **line}) + '\n')
    sys.stdout.flush()


def events(lines):
    """Each frame that has any field, also one without data: some application may take it for an event."""
    fields = {}
    for line in lines:
        if not line:
            if fields:
                yield fields
            fields = {}
            continue
        name, _, value = line.partition(':')
        value = value[1:] if value.startswith(' ') else value
        if name == 'data' and 'data' in fields:
            fields['data'] += '\n' + value
        elif name:
            fields[name] = value


def of_requests(url, headers):
    import requests
    with requests.get(url, headers=headers, stream=True) as answer:
        yield answer.status_code
        for line in answer.iter_lines():
            yield line.decode('utf-8')


def of_httpx(url, headers):
    import httpx
    with httpx.stream('GET', url, headers=headers) as answer:
        yield answer.status_code
        yield from answer.iter_lines()


def stripped(lines):
    """The httpx of Debian 12 leaves the ends on the lines."""
    for line in lines:
        yield line.rstrip('\n')


def loop(client, stream, url):
    last_id = None
    while True:
        try:
            lines = client(url, {'Last-Event-ID': last_id} if last_id else {})
            if next(lines) == NO_CONTENT:
                tell(stream, gone='204')
                return
            for event in events(stripped(lines)):
                last_id = event.get('id', last_id)
                tell(stream, event=event.get('event'), data=event.get('data'), id=event.get('id'))
        except OSError:
            pass  # It broke, or nobody was there.
        except Exception as error:
            # Those of httpx have no parent that is the language's own.
            if not type(error).__module__.startswith('httpx'):
                raise
        time.sleep(RETRY)


client = {'requests': of_requests, 'httpx': of_httpx}[sys.argv[1]]
for number, address in enumerate(sys.argv[2:]):
    threading.Thread(target=loop, args=(client, number, address)).start()
