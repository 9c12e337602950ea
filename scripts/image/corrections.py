"""Where typeshed's stubs and the real modules of Python 3.9 differ, each with the reason.

stdlib.py applies the first four, so that its data is true for the real modules; check_stdlib.py takes the rest
as explained. A key is `module` or `module:name`; `*` stands for any text in the lists of check_stdlib.py.
"""

# Modules without a stub: accelerators, tests and demonstrations. They can be imported, their names are unknown.
UNSTUBBED_MODULES = """
    _abc _aix_support _bootsubprocess _codecs_cn _codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw
    _collections _crypt _ctypes_test _datetime _elementtree _functools _md5 _multiprocessing _opcode _peg_parser
    _posixshmem _pyio _sha1 _sha256 _sha3 _sha512 _signal _sre _statistics _string _strptime _symtable _testbuffer
    _testcapi _testimportmultiple _testinternalcapi _testmultiphase _uuid _xxsubinterpreters _xxtestfuzz _zoneinfo
    asyncio.__main__ ctypes._aix ctypes.test distutils.msvc9compiler distutils.tests distutils.versionpredicate
    email._encoded_words email._parseaddr ensurepip.__main__
    ensurepip._bundled ensurepip._uninstall idlelib importlib._common json.__main__ lib2to3.__main__
    lib2to3.btm_utils lib2to3.fixer_util lib2to3.patcomp lib2to3.pgen2.conv lib2to3.tests sqlite3.test test
    tkinter.__main__ tkinter.test turtledemo unittest.__main__ unittest.test venv.__main__ xxlimited xxsubtype
    zoneinfo._zoneinfo
""".split()

STUB_ONLY = set(
    # Modules: a third-party one that typeshed keeps beside the library, and a misspelt one.
    """typing_extensions distutils.command.bdist_packager
    sys._monitoring""".split()
    # Public names that only type checkers know.
    + """builtins:ellipsis builtins:function builtins:reveal_type builtins:reveal_locals typing:AwaitableGenerator
    typing:type_check_only sys:UnraisableHookArgs _pickle:PicklerMemoProxy _pickle:UnpicklerMemoProxy
    copy:PyStringMap distutils.command.check:SilentReporter pydoc:__version__""".split()
    # Fixes that reached 3.9 only after 3.9.18, and other branches in a micro version as well.
    + """email._header_value_parser:NLSET email._header_value_parser:SPECIALSNL email.errors:HeaderWriteError
    email._header_value_parser:make_quoted_pairs genericpath:ALLOW_MISSING ntpath:ALLOW_MISSING
    os.path:ALLOW_MISSING posixpath:ALLOW_MISSING tarfile:LinkFallbackError""".split()
    # Private names that stand for a type, or that 3.9 has not.
    + """_dbm:_dbm _gdbm:_gdbm _codecs:_EncodingMap _csv:_reader _csv:_writer
    _ctypes:_CArgObject _ctypes:_CData _ctypes:_CField
    _ctypes:_CTypeBaseType _ctypes:_CanCastTo _ctypes:_PointerLike _ctypes:_PyCArrayType
    _ctypes:_PyCFuncPtrType _ctypes:_PyCPointerType _ctypes:_PyCSimpleType _ctypes:_PyCStructType
    _ctypes:_UnionType _multibytecodec:_MultibyteCodec curses:_ncurses_version ast:_EndPositionT ast:_T
    asyncio.events:_AbstractEventLoopPolicy asyncio.format_helpers:_HasWrapper asyncio.locks:_LoopBoundMixin
    asyncio.queues:_LoopBoundMixin builtins:_LiteralInteger builtins:_NotImplementedType
    builtins:_SupportsSomeKindOfPow collections:_odict_items collections:_odict_keys collections:_odict_values
    ctypes:_CArgObject ctypes:_CDLLFuncPointer ctypes:_CData ctypes:_CDataType ctypes:_CField
    ctypes:_CFunctionType ctypes:_CanCastTo ctypes:_MemmoveFunctionType ctypes:_MemsetFunctionType
    ctypes:_NamedFuncPointer ctypes:_PointerLike datetime:_IsoCalendarDate dbm:_Database dbm:_error
    decimal:_ContextManager enum:_IntEnumBase enum:_magic_enum_attr functools:_SingleDispatchCallable
    functools:_Wrapped functools:_Wrapper importlib.metadata:_distribution_parent io:_WrappedBuffer
    logging.config:_FormatterConfigurationTypedDict math:_LiteralInteger multiprocessing.reduction:_DupFd
    multiprocessing.reduction:_ForkingPickler multiprocessing.reduction:_dump
    multiprocessing.reduction:_recv_handle multiprocessing.reduction:_recvfds
    multiprocessing.reduction:_register multiprocessing.reduction:_send_handle
    multiprocessing.reduction:_sendfds os:_ScandirIterator socket:_Address socket:_RetAddress
    sqlite3:_Statement ssl:_PasswordType sys:_asyncgen_hooks sys:_current_exceptions sys:_flags
    sys:_float_info sys:_hash_info sys:_implementation sys:_int_info sys:_thread_info sys:_version_info
    tarfile:_Bz2ReadableFileobj tarfile:_Bz2WritableFileobj tempfile:_SpooledTemporaryFileBase
    tkinter:_BitmapImageLike tkinter:_GridInfo tkinter:_InMiscNonTotal tkinter:_InMiscTotal
    tkinter:_PackInfo tkinter:_PhotoImageLike tkinter:_PlaceInfo tkinter.ttk:_ThemeSettingsValue
    typing:_Alias typing:_Generic typing:_P unittest.mock:_patch_pass_arg unittest.mock:_patcher
    zipfile:_DateTuple zipfile:_ZipFileMode zipimport:_LoaderBasics zlib:_Compress zlib:_Decompress""".split()
)

MISSING_FROM_STUBS = {
    "asynchat": ["find_prefix_at_end"],
    "distutils.extension": ["read_setup_file"],
    "distutils.sysconfig": ["build_flags", "parse_config_h", "parse_makefile"],
    "xml.dom.minidom": ["EMPTY_NAMESPACE", "EMPTY_PREFIX", "StringTypes", "XMLNS_NAMESPACE"],
}

NOT_A_CHANGE = {
    # signal.py wraps the C functions, so 3.9 takes these by keyword as well.
    "signal:getsignal(signalnum)",
    "signal:pthread_sigmask(how)",
    "signal:pthread_sigmask(mask)",
    "signal:signal(handler)",
    "signal:signal(signalnum)",
    "signal:sigwait(sigset)",
    # Inherited from Mapping, with the same parameter.
    "collections:UserDict.get(key)",
    # Enumerations with text as a base: the stubs show the constructor of the base.
    *(
        f"{enumeration}({parameter})"
        for enumeration in ("pstats:SortKey", "tkinter:EventType")
        for parameter in ("encoding", "errors", "object", "value")
    ),
}

# Not imported: they open a browser, print, start windows, or are tests.
NOT_IMPORTED = [
    "antigravity", "this", "__main__", "site-packages", "idlelib", "turtledemo", "test", "ctypes.test",
    "distutils.tests", "lib2to3.tests", "sqlite3.test", "tkinter.test", "unittest.test",
    "tkinter.__main__", "lib2to3.pgen2.conv", "asyncio.__main__", "ensurepip.__main__", "json.__main__",
    "lib2to3.__main__", "unittest.__main__", "venv.__main__",
]  # fmt: skip

# Modules that only Windows can import; a script may import them behind a test of the platform.
OTHER_PLATFORM = set(
    """_msi _winapi asyncio.windows_events asyncio.windows_utils distutils._msvccompiler
    distutils.command.bdist_msi distutils.msvc9compiler encodings.mbcs encodings.oem msilib msilib.schema
    msilib.sequence msilib.text msvcrt multiprocessing.popen_spawn_win32 nt winreg winsound
    distutils.msvccompiler""".split()
)

# Packages that distributions of Linux put into packages of their own: skipped where the whole package is missing.
SPLIT_OFF = ["distutils", "ensurepip", "idlelib", "lib2to3", "tkinter", "turtle", "turtledemo", "venv", "pydoc_data"]

# What a build of 3.9 on Linux can lack or have, with names as patterns; an empty list stands for the module itself.
BUILD_DEPENDENT = {
    # Optional C libraries.
    "_dbm": [], "_gdbm": [], "dbm.gnu": [], "dbm.ndbm": [], "nis": [], "ossaudiodev": [], "_tkinter": [],
    "_bz2": [], "_lzma": [], "ctypes.macholib": [], "ctypes.macholib.*": [], "sitecustomize": [],
    "_curses": ["ACS_*", "COLORS", "COLOR_PAIRS", "LINES", "COLS"],
    "readline": [],
    # Set by initscr() and start_color().
    "curses": ["ACS_*", "COLORS", "COLOR_PAIRS", "LINES", "COLS"],
    # The name holds the machine.
    "_sysconfigdata_*": [],
    # Headers that the machine has, or that today's Linux or OpenSSL no longer has.
    "fcntl": ["I_*"],
    "socket": ["RDS_*", "IPX_TYPE", "SOL_*", "AF_BLUETOOTH", "BDADDR_*", "BTPROTO_*", "HCI_*"],
    "_socket": ["RDS_*", "IPX_TYPE", "SOL_*", "AF_BLUETOOTH", "BDADDR_*", "BTPROTO_*", "HCI_*"],
    "ssl": ["RAND_egd", "PROTOCOL_SSLv2", "PROTOCOL_SSLv3"],
    "_ssl": ["RAND_egd"],
    "termios": ["TIOCTTYGSTRUCT"],
    # Set by an interactive session, an uncaught exception, a debug build or the user.
    "sys": ["last_*", "ps1", "ps2", "tracebacklimit", "gettotalrefcount", "__interactivehook__"],
}  # fmt: skip

# New in 3.9 with a patch version after 3.9.2, the latest of them with 3.9.17, or new in an `__all__`.
PATCHED = (3, 9, 17)
NEW_IN_A_PATCH = """
    _frozen_importlib_external:path_sep_tuple importlib._bootstrap_external:path_sep_tuple
    _ssl:OP_IGNORE_UNEXPECTED_EOF ssl:OP_IGNORE_UNEXPECTED_EOF asyncio:Server asyncio.base_events:Server
    sys:get_int_max_str_digits sys:set_int_max_str_digits tarfile:*Error tarfile:*_filter
    typing:BinaryIO typing:IO typing:Match typing:Pattern typing:TextIO
""".split()

# Public only by accident: left over from a loop or an import. The stubs leave them out on purpose.
ACCIDENTAL = """
    _compat_pickle:excname _compression:BUFFER_SIZE asyncore:E* asyncore:errorcode builtins:False builtins:None
    builtins:True ctypes._endian:* distutils.*:* email._header_value_parser:hexdigits email.contentmanager:*
    encodings.idna:unicodedata inspect:k inspect:v inspect:mod_dict json.encoder:i lib2to3.*:*
    logging.handlers:ST_* stringprep:unicodedata xml.dom.expatbuilder:* xml.sax.expatreader:* tkinter.*:*
""".split()
