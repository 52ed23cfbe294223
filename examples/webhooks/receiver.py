import base64, hashlib, hmac, json, os, time
from http.server import BaseHTTPRequestHandler, HTTPServer

SECRET = base64.b64decode(os.environ["SMPP_WEBHOOK_SECRET"].removeprefix("whsec_"))
seen = set()  # in a real program: a table with a unique key


def is_genuine(headers, body):
    event, timestamp = headers["webhook-id"] or "", headers["webhook-timestamp"] or "0"
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > 300:
        return False
    signed = f"{event}.{timestamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.digest(SECRET, signed, hashlib.sha256)).decode()
    return any(hmac.compare_digest(expected.encode(), given.encode()) for given in (headers["webhook-signature"] or "").split(" "))


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if not is_genuine(self.headers, body):
            self.send_response(401)
        else:
            if self.headers["webhook-id"] not in seen:  # an event may come twice
                seen.add(self.headers["webhook-id"])
                event = json.loads(body)
                data = event["data"]
                if event["type"] == "message.report":
                    print(f"{data['id']}: {data['status']}", flush=True)
                if event["type"] == "message.received":
                    print(f"{data['from']['number']}: {data['text']}", flush=True)
                if event["type"] == "message.ended":
                    print(f"{data['id']}: {data['status']}, {data['error']['detail']}", flush=True)
            self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


HTTPServer(("", int(os.environ.get("PORT", 8080))), Receiver).serve_forever()
