"""Finds out whether there is a server to put load on."""

import urllib.error
import urllib.request


def absence(url, seconds=5):
    """Why nothing can be asked at `url`, "" when a server answers there, whatever it says."""
    # What is to be measured is the server, so no proxy stands between.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        direct.open(f"{url.rstrip('/')}/readyz", timeout=seconds).close()
    except urllib.error.HTTPError as error:
        error.close()
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        return f"no server answers at {url}: {reason}; start one: python3 dev.py demo --no-open"
    return ""
