"""What Anthropic's Python SDK makes of answers of every kind of upstream. Arguments: URL, key, models."""

import sys

import anthropic
from anthropic import Anthropic

url, key, *models = sys.argv[1:]
client = Anthropic(base_url=url, api_key=key, max_retries=0)
city = {"type": "object", "properties": {"city": {"type": "string"}}}
messages = [{"role": "user", "content": "Weather in Paris and Oslo?"}]
tools = [{"name": "get_weather", "description": "Tells the weather.", "input_schema": city}]


def check(message):
    assert message.stop_reason == "tool_use", message
    assert "".join(block.text for block in message.content if block.type == "text") == "Let me look."
    calls = [block.input for block in message.content if block.type == "tool_use"]
    assert calls == [{"city": "Paris"}, {"city": 'Øslo "N"'}], calls
    usage = message.usage
    assert (usage.input_tokens, usage.cache_read_input_tokens, usage.output_tokens) == (15, 5, 7), usage


for model in models:
    print(model)
    asked = {"model": model, "max_tokens": 500, "messages": messages, "tools": tools}
    check(client.messages.create(**asked))
    with client.messages.stream(**asked) as stream:
        check(stream.get_final_message())
    check(client.beta.messages.create(**asked, betas=["interleaved-thinking-2025-05-14"]))

print("counting, models")
counted = client.messages.count_tokens(model=models[0], messages=messages, tools=tools)
assert counted.input_tokens > 5, counted
listed = [model.id for model in client.models.list(limit=1000)]
assert set(models) <= set(listed), listed


def fails(error_class, status, sdk=client, **request):
    asked = {"model": models[0], "max_tokens": 5, "messages": messages, **request}
    try:
        sdk.messages.create(**asked)
    except error_class as error:
        assert error.status_code == status and error.request_id, error
        assert error.body["type"] == "error" and error.body["error"]["message"], error.body
        return
    raise AssertionError(f"{error_class.__name__} did not come")


print("errors")
fails(anthropic.BadRequestError, 400, messages=[])
fails(anthropic.NotFoundError, 404, model="no-such-model")
fails(anthropic.APIStatusError, 529, model="model-anthropic")
stranger = Anthropic(base_url=url, api_key="sk-unknown", max_retries=0)
fails(anthropic.AuthenticationError, 401, sdk=stranger)

print("all good")
