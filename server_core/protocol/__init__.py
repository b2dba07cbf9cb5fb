"""HTTP as bytes and values: no sockets, no files, no clocks.

    bytes --request.py, headers.py--> RequestHead --body.py--> the body's bytes
    RequestHead + what is known of a file --response.py--> Response
                          (conditional.py, ranges.py)

Every rule names the section of RFC 9110 or RFC 9112 that it comes from.
"""
