"""What we ask of PDF files: may this one be sent for signing, and is that one really signed?"""
