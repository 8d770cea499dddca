"""What the official Python SDK must be able to do against a gateway. Arguments: base URL, key."""

import io
import sys

import openai
from openai import OpenAI

base_url, key = sys.argv[1:3]
client = OpenAI(base_url=base_url, api_key=key, max_retries=0)
messages = [{"role": "user", "content": "Say something short"}]
chat = {"model": "gpt-4o-mini", "messages": messages}


def simulate(**behaviour):
    return {"x_sim": {name.replace("_", "-"): value for name, value in behaviour.items()}}


def fails(error_class, **request):
    try:
        client.chat.completions.create(**{**chat, **request})
    except error_class as error:
        assert error.request_id and error.request_id in error.message, error
        return error
    raise AssertionError(f"{error_class.__name__} did not come")


print("chat")
answer = client.chat.completions.create(**chat, extra_body=simulate(chunks=5))
assert answer.choices[0].message.content == "the a of and to"
assert answer.usage.completion_tokens == 5
assert answer._request_id

print("stream")
chunks = list(client.chat.completions.create(**chat, stream=True))
assert all(chunk.usage is None for chunk in chunks)
assert chunks[-1].choices[0].finish_reason == "stop"
options = {"include_usage": True}
chunks = list(client.chat.completions.create(**chat, stream=True, stream_options=options))
assert chunks[-1].usage.completion_tokens == 12 and chunks[-1].choices == []
with client.chat.completions.stream(**chat) as stream:
    assert stream.get_final_completion().choices[0].finish_reason == "stop"

print("tools")
city = {"type": "object", "properties": {"city": {"type": "string"}}}
tools = [{"type": "function", "function": {"name": "get_weather", "parameters": city}}]
answer = client.chat.completions.create(**chat, tools=tools)
call = answer.choices[0].message.tool_calls[0]
assert call.function.name == "get_weather" and "Berlin" in call.function.arguments
with client.chat.completions.stream(**chat, tools=tools) as stream:
    call = stream.get_final_completion().choices[0].message.tool_calls[0]
    assert call.function.name == "get_weather" and "Berlin" in call.function.arguments

print("embeddings")
request = {"model": "text-embedding-3-small", "input": ["one", "two"], "dimensions": 8}
coded = client.embeddings.create(**request).data[1].embedding
plain = client.embeddings.create(**request, encoding_format="float").data[1].embedding
assert all(abs(a - b) < 1e-6 for a, b in zip(coded, plain)) and len(coded) == 8

print("moderations, images, audio")
assert client.moderations.create(model="omni-moderation-latest", input="violence").results[0].flagged
assert client.images.generate(model="dall-e-3", prompt="a gate").data[0].b64_json
picture = ("picture.png", io.BytesIO(b"\x89PNG" + bytes(100)), "image/png")
assert client.images.edit(model="gpt-image-1", image=picture, prompt="open it").data[0].b64_json
speech = client.audio.speech.create(model="tts-1", voice="alloy", input="Hello")
assert len(speech.content) == 64 * 5
recording = ("speech.wav", io.BytesIO(bytes(40_000)))
heard = client.audio.transcriptions.create(model="whisper-1", file=recording)
assert heard.text.startswith("the a of")

print("models")
ids = [model.id for model in client.models.list()]
assert "gpt-4o-mini" in ids and ids == sorted(ids)
assert client.models.retrieve("gpt-4o").id == "gpt-4o"

print("responses")
response = client.responses.create(model="gpt-4o-mini", input="hello")
assert response.output_text.startswith("the a of") and response.usage.output_tokens == 12
events = list(client.responses.create(model="gpt-4o-mini", input="hello", stream=True))
assert events[-1].type == "response.completed"
with client.responses.stream(model="gpt-4o-mini", input="hello") as stream:
    assert stream.get_final_response().status == "completed"

print("errors")
fails(openai.BadRequestError, messages="hello")
fails(openai.NotFoundError, model="no-such-model")
fails(openai.BadRequestError, extra_body=simulate(status=400))
fails(openai.UnprocessableEntityError, extra_body=simulate(status=422))
assert fails(openai.InternalServerError, extra_body=simulate(status=500)).status_code == 500
assert fails(openai.InternalServerError, extra_body=simulate(status=401)).status_code == 502
assert fails(openai.RateLimitError, extra_body=simulate(status=429)).status_code == 429
client = OpenAI(base_url=base_url, api_key="sk-unknown", max_retries=0)
fails(openai.AuthenticationError)

print("all good")
