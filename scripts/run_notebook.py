"""Executes one notebook in the TypeScript kernel and always saves what was reached.

tslab reports a failing cell by a bare error reply and text on stderr, without a Jupyter `error` message;
nbconvert would end with 1, say nothing and write nothing. This runner prints the failing cell's number, source
and stderr, keeps the partial notebook, fails on a rejected promise that nobody awaited
(scripts/kernel_faults.cjs notes those) and on a cell that takes too long, and leaves no path of this machine and
no time of day in the saved file. SIGINT and SIGTERM end the kernel and then this, with 130.
"""

import argparse
import asyncio
import atexit
import json
import os
import re
import signal
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

ROOT = Path(__file__).resolve().parent.parent


def duration(seconds):
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60):02d} s"


def title_of(cells, index):
    """What a cell is about: the last heading above it."""
    for cell in reversed(cells[:index]):
        if cell.cell_type == "markdown":
            found = re.findall(r"^#+ +(.+)$", cell.source, re.MULTILINE)
            if found:
                return found[-1]
    return "first cell"


class Runner(NotebookClient):
    """Announces each cell and looks for faults behind it."""

    def __init__(self, nb, faults, kernel_file=None, **settings):
        super().__init__(nb, **settings)
        self.faults = Path(faults)
        self.kernel_file = kernel_file
        self.code_cells = [
            i for i, cell in enumerate(nb.cells) if cell.cell_type == "code" and cell.source.strip()
        ]
        self.current = None
        self.stopped = False

    async def async_start_new_kernel(self, **settings):
        """Sets our handlers in place of nbclient's.

        Those take the kernel away from under the cell that waits for it.
        """
        task, loop = asyncio.current_task(), asyncio.get_running_loop()

        def stop():
            if not self.stopped:  # Ctrl-C comes twice: from the terminal, and passed on by reproduce.mjs
                self.stopped = True
                task.cancel()

        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(number, stop)
            except NotImplementedError:
                pass  # Windows: SIGINT is a KeyboardInterrupt
        await super().async_start_new_kernel(**settings)
        if self.kernel_file:
            self.kernel_file.write_text(str(getattr(self.km.provisioner, "pid", "")), encoding="utf8")

    async def async_start_new_kernel_client(self):
        """Once more, on other ports, where the kernel died before it answered: another process has taken one of its."""
        try:
            return await super().async_start_new_kernel_client()
        except RuntimeError as error:
            if "died before replying" not in str(error):
                raise
        self.create_kernel_manager()
        await self.async_start_new_kernel()
        return await super().async_start_new_kernel_client()

    async def async_execute_cell(self, cell, cell_index, **settings):
        if cell_index not in self.code_cells:
            return await super().async_execute_cell(cell, cell_index, **settings)
        number = self.code_cells.index(cell_index) + 1
        self.current = (number, cell)
        title = title_of(self.nb.cells, cell_index)
        print(f"  cell {number:>2}/{len(self.code_cells)}  {title} ...", end=" ", flush=True)
        started = time.monotonic()
        result = await super().async_execute_cell(cell, cell_index, **settings)
        last = cell_index == self.code_cells[-1]
        await self.drain(0.3 if last else 0)
        print(duration(time.monotonic() - started), flush=True)
        self.raise_fault()
        return result

    async def drain(self, grace):
        """Lets the kernel's event loop turn once, so that a rejection of the cell just run has been noted."""
        await asyncio.sleep(grace)
        request = self.kc.kernel_info()
        while True:
            reply = await self.kc.get_shell_msg(timeout=60)
            if reply["parent_header"].get("msg_id") == request:
                return

    def raise_fault(self):
        text = self.faults.read_text(encoding="utf8").strip() if self.faults.exists() else ""
        if text:
            fault = json.loads(text.splitlines()[0])
            raise Fault(f"{fault['kind']} (noticed after this cell):\n{fault['text']}")


class Fault(Exception):
    """Something went wrong in the kernel that no cell reported."""


# Seconds that a kernel may take to start: one alone takes two, one on a machine with no time to spare many.
STARTUP = 300

# What ends a cell; any other exception is a fault of nbclient or of the kernel's set-up.
CELL_ERRORS = (CellExecutionError, CellTimeoutError, DeadKernelError)


def portable(text):
    """Text without paths of this machine."""
    for path, name in ((str(ROOT), "."), (str(Path.home()), "~"), (tempfile.gettempdir(), "[tmp]")):
        if len(path) > 1:
            text = text.replace(f"file://{path}", name).replace(path, name)
    return text


def tidy(nb):
    """Only what a reader needs: no times, no machine, no kernel session."""
    for cell in nb.cells:
        cell.metadata.pop("execution", None)
        cell.metadata.pop("trusted", None)
        for output in cell.get("outputs", []):
            if "text" in output:
                output["text"] = portable(output["text"])
            for mime, value in output.get("data", {}).items():
                if isinstance(value, str):
                    output["data"][mime] = portable(value)
    nb.metadata.pop("widgets", None)


def save(nb, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".ipynb.new")
    with open(fresh, "w", encoding="utf8") as file:
        nbformat.write(nb, file)
    os.replace(fresh, path)


def report(error, runner):
    """Prints the cell that failed, its source and what it wrote to stderr."""
    number, cell = runner.current or (0, None)
    print("failed", flush=True)
    lines = [f"Cell {number} of {len(runner.code_cells)} failed" if cell else "Failed before the first cell"]
    if isinstance(error, CellTimeoutError):
        lines[0] += f": it took longer than {runner.timeout} s"
    elif isinstance(error, DeadKernelError):
        lines[0] += ": the kernel died (out of memory, or ended by the system)"
    if cell is not None:
        lines += ["", *("    | " + line for line in cell.source.splitlines()), ""]
        texts = [output.text for output in cell.get("outputs", []) if output.get("name") == "stderr"]
        lines += [portable(text).rstrip() for text in texts]
    if isinstance(error, Fault):
        lines.append(portable(str(error)))
    elif not isinstance(error, CELL_ERRORS):
        lines.append(portable(f"{type(error).__name__}: {error}"))
    print("\n".join(lines), file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--timeout", type=int, default=3600, help="seconds that one cell may take")
    parser.add_argument("--note", default="{}", help="JSON kept in the executed notebook's metadata")
    parser.add_argument("--kernel-file", type=Path, help="where the process id of the kernel is noted")
    settings = parser.parse_args()

    nb = nbformat.read(settings.notebook, as_version=4)
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    handle, faults = tempfile.mkstemp(prefix="erasable-faults-")
    os.close(handle)
    hook = (ROOT / "scripts" / "kernel_faults.cjs").as_posix().replace('"', '\\"')
    os.environ["ERASABLE_FAULTS"] = faults
    os.environ["NODE_OPTIONS"] = f'{os.environ.get("NODE_OPTIONS", "")} --require "{hook}"'.strip()

    runner = Runner(
        nb,
        faults,
        settings.kernel_file,
        timeout=settings.timeout,
        startup_timeout=STARTUP,
        kernel_name=nb.metadata.get("kernelspec", {}).get("name", "tslab"),
        record_timing=False,
        shutdown_kernel="immediate",
        resources={"metadata": {"path": str(settings.notebook.resolve().parent)}},
    )
    error = "unfinished"  # until it is known that it is not
    try:
        runner.execute()
        error = None
    except (Exception, KeyboardInterrupt, asyncio.CancelledError) as caught:
        error = caught
        runner.stopped |= isinstance(caught, KeyboardInterrupt)
        if runner.stopped:
            print("stopped", flush=True)
        else:
            report(error, runner)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # what was reached is saved first
        os.unlink(faults)
        if runner.km is None:  # nbclient's own clearing at exit would look for a kernel that never started
            atexit.unregister(runner._cleanup_kernel)
        nb.metadata["erasable"] = {**json.loads(settings.note), "succeeded": error is None}
        tidy(nb)
        save(nb, settings.output)
    if runner.stopped:
        return 130
    return 0 if error is None else 1


if __name__ == "__main__":
    sys.exit(main())
