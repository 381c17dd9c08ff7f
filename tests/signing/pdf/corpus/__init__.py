"""Files people upload, and files people make to hurt: each with how it is made and what is said of it."""

from .case import Case
from .honest_libraries import LIBRARIES
from .honest_producers import PRODUCERS
from .hostile_bombs import BOMBS as BOMBS
from .hostile_content import CONTENT
from .hostile_shape import SHAPES

CORPUS: list[Case] = [*SHAPES, *BOMBS, *CONTENT, *LIBRARIES, *PRODUCERS]
