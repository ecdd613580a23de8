"""``python -m knowledge_base``: the commands of the knowledge base on their own."""

from knowledge_base.commands import app

if __name__ == "__main__":
    app(prog_name="knowledge_base")
