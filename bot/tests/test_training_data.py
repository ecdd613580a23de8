"""The training data, rules and domain fit together, topic by topic."""

import re
from pathlib import Path

import pytest
import yaml
from viet_nlu.text import nfc, normalise

ROOT = Path(__file__).resolve().parents[2]
NLU, RULES, DOMAIN = ROOT / "nlu_data" / "nlu", ROOT / "nlu_data" / "rules", ROOT / "bot" / "domain"
TOPICS = sorted(path.stem for path in NLU.glob("*.yml"))
PAYLOAD_ONLY = {"choose_procedure"}
BUILT_IN = {"nlu_fallback"}
MARK = re.compile(r"\[(?P<text>[^\]]+)\]\((?P<entity>[^)]+)\)")


def read(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def examples(topic):
    return [
        (block["intent"], line[2:])
        for block in read(NLU / f"{topic}.yml")["nlu"]
        for line in block["examples"].splitlines()
    ]


def domain_intents(topic):
    return {next(iter(one)) if isinstance(one, dict) else one for one in read(DOMAIN / f"{topic}.yml")["intents"]}


ALL = [(topic, intent, text) for topic in TOPICS for intent, text in examples(topic)]


def test_there_are_at_least_25_intents_with_40_examples_each():
    counts: dict[str, int] = {}
    for _, intent, _ in ALL:
        counts[intent] = counts.get(intent, 0) + 1
    assert len(counts) >= 25
    assert {intent: count for intent, count in counts.items() if count < 40} == {}


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_has_its_file_in_every_room(topic):
    assert (RULES / f"{topic}.yml").is_file()
    assert (DOMAIN / f"{topic}.yml").is_file()


@pytest.mark.parametrize("topic", TOPICS)
def test_every_intent_of_a_topic_has_examples_a_place_in_the_domain_and_one_rule(topic):
    learnt = {intent for intent, _ in examples(topic)}
    steps = [rule["steps"] for rule in read(RULES / f"{topic}.yml")["rules"]]
    ruled = [step[0]["intent"] for step in steps]
    assert len(ruled) == len(set(ruled))
    assert domain_intents(topic) == learnt | (PAYLOAD_ONLY & domain_intents(topic))
    assert set(ruled) - BUILT_IN == domain_intents(topic)
    assert all(len(step) == 2 for step in steps)


@pytest.mark.parametrize("topic", TOPICS)
def test_every_action_of_a_rule_is_in_the_domain_of_its_topic(topic):
    used = {step["action"] for rule in read(RULES / f"{topic}.yml")["rules"] for step in rule["steps"][1:]}
    assert used == set(read(DOMAIN / f"{topic}.yml")["actions"])


def test_every_marked_entity_is_declared_and_starts_and_ends_at_a_word():
    declared = {entity for topic in TOPICS for entity in read(DOMAIN / f"{topic}.yml").get("entities", [])}
    for _, _, text in ALL:
        for match in MARK.finditer(text):
            assert match["entity"] in declared, text
            assert match["text"] == match["text"].strip(), text
            assert text[: match.start()][-1:] in ("", " ", "("), text


def test_no_sentence_stands_under_two_intents():
    seen: dict[str, str] = {}
    for _, intent, text in ALL:
        plain = normalise(MARK.sub(lambda m: m["text"], text)).lower()
        assert seen.setdefault(plain, intent) == intent, text


def test_the_training_data_is_in_the_one_spelling():
    assert [text for _, _, text in ALL if nfc(text) != text] == []


def test_sessions_end_after_an_hour_and_slots_do_not_influence():
    assert read(DOMAIN / "dialogue.yml")["session_config"] == {
        "session_expiration_time": 60,
        "carry_over_slots_to_new_session": False,
    }
    slots = [slot for topic in TOPICS for slot in (read(DOMAIN / f"{topic}.yml").get("slots") or {}).values()]
    assert len(slots) >= 5
    assert all(slot["influence_conversation"] is False and slot["mappings"] == [{"type": "custom"}] for slot in slots)
