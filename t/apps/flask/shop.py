"""A shop: sessions, JSON, uploads, downloads with ranges, a stream, and an error."""

from __future__ import annotations

import os

from flask import Flask, Response, jsonify, redirect, request, send_file, session, stream_with_context, url_for
from werkzeug.utils import secure_filename

PLACE = os.environ["SHOP_PLACE"]


def make_app() -> Flask:
    app = Flask(__name__)
    app.secret_key = "of a test only"

    @app.post("/login")
    def login():
        session["name"] = request.form["name"]
        return redirect(url_for("welcome"))

    @app.get("/")
    def welcome():
        return f"welcome {session.get('name', 'stranger')}\n"

    @app.put("/basket/<path:thing>")
    def put(thing):
        return jsonify(thing=thing, count=request.get_json()["count"], ip=request.remote_addr), 201

    @app.post("/upload")
    def upload():
        file = request.files["file"]
        file.save(os.path.join(PLACE, secure_filename(file.filename)))
        return jsonify(name=file.filename, type=file.mimetype), 201

    @app.get("/download/<name>")
    def download(name):
        return send_file(os.path.join(PLACE, name), conditional=True)

    @app.get("/stream")
    def stream():
        lines = (f"{number} for {request.args['who']}\n" for number in range(100))
        return Response(stream_with_context(lines), mimetype="text/plain")

    @app.get("/broken")
    def broken():
        raise LookupError("nothing on the shelf")

    return app
