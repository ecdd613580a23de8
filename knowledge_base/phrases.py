"""Words of a question that do not say which procedure it is about: politeness, question words, aspects. Only data.

Folded (no marks, lower case). A phrase is removed where it stands as whole syllables; the longest fits first. Words
that may tell two procedures apart (cấp lại, thay đổi, nước ngoài…) must not stand here, nor single syllables that fold
together with a word of the law: "cần" with "căn (cước)", "đang" with "đăng (ký)", "vâng" with "(tạm) vắng".
"""

from __future__ import annotations

from typing import Final

_POLITENESS = """
xin chao | chao ban | chao anh | chao chi | chao em | cho hoi | cho em hoi | cho toi hoi | cho minh hoi | xin hoi
em muon hoi | toi muon hoi | muon hoi | hoi chut | hoi ti | anh chi | anh chi oi | ad oi | admin | ad | shop oi
ban oi | em oi
anh oi | chi oi | oi | a | ah | nha | nhe | nhi | vay | thi | voi a | giup | giup em | giup toi | giup minh
tu van | huong dan | huong dan em | huong dan toi | chi em | chi giup | lam on | lam on cho hoi | vui long
em cam on | cam on | uh | um | toi | em | anh | chi | ben minh | ben em | roi a | gio
bay gio | hien nay | hien tai | dang can | can lam | muon | muon lam | phai | co the | nen | duoc khong | duoc ko
duoc a | duoc | khong | ko | khong a | co phai | co can | co phai khong | phai khong | co | hay | luon | nua
vi sao | tai sao | kia | ay | ne | hen | biet | can biet | muon biet | nhu
cho | va | o | luc | neu | cac | nhung | mot | mot so | rang | se | bi | boi
cai dau | cai dau tien | cai thu nhat | cai thu hai | cai thu ba | cai cuoi | cai cuoi cung
thu tuc | ve thu tuc | ve | viec | truong hop | nguoi dan | cong dan
"""

_ASPECTS = """
bao nhieu | bao nhieu tien | het bao nhieu | het bao nhieu tien | mat bao nhieu | mat bao nhieu tien | gia bao nhieu
le phi | chi phi | muc phi | phi | ton tien | ton bao nhieu | ton phi | mat phi | mat tien | co mat phi | mien phi
dong tien | nop tien | muc thu | tien | dong bao nhieu | phi bao nhieu | mat le phi | tien le phi
thoi han bao lau | thoi han la bao lau
bao lau | mat bao lau | trong bao lau | may ngay | mat may ngay | bao nhieu ngay | thoi gian | thoi han giai quyet
thoi gian giai quyet | bao gio | bao gio co | khi nao | khi nao co | khi nao xong | xong | lau khong | nhanh khong
may hom | ngay | lay ngay | lay lien
giay to gi | giay to nao | nhung giay to gi | nhung giay to nao | can giay to gi | can nhung giay to gi | ho so
ho so gi | ho so gom | ho so gom nhung gi | ho so can | can ho so gi | thanh phan ho so | bao gom | gom | gom nhung gi
chuan bi gi | can chuan bi | chuan bi
can gi | can mang | can mang gi | can mang theo gi | can nop gi | can lam gi | can phai lam gi
can nhung gi | mang theo | mang theo gi | mang gi | nop gi | giay gi
nop | nop ho so | can nop | phai nop | xuat trinh | loai giay to | cac loai giay to | giay to
o dau | lam o dau | nop o dau | den dau | di dau | ra dau | cho nao | dia diem | co quan nao | noi nao | ai lam
phai den dau | tham quyen | co quan
nhu the nao | the nao | ra sao | nhu nao | lam sao | cach | cach lam | cach nao | lam the nao | quy trinh | trinh tu
may buoc | cac buoc | gom may buoc | buoc | trinh tu thuc hien | thuc hien | tien hanh | quy dinh
online | truc tuyen | qua mang | tren mang | nop online | lam online | dich vu cong | buu dien
dieu kien | yeu cau | doi tuong | ai duoc | ai | can cu phap ly | can cu | nghi dinh | van ban phap luat
mau don | mau | mau to khai | to khai | don | tai mau | bieu mau | ket qua | nhan ket qua | nhan duoc gi | duoc gi | gi
nao
"""

NOISE: Final[frozenset[tuple[str, ...]]] = frozenset(
    tuple(phrase.split())
    for block in (_POLITENESS, _ASPECTS)
    for line in block.splitlines()
    for phrase in line.split(" | ")
    if phrase.strip()
)
LONGEST: Final = max(len(phrase) for phrase in NOISE)

# Only at the very start or end: inside a question "the" may be "thẻ" and "con" a child.
OPENINGS: Final = frozenset(("the", "vay", "roi", "da", "vang", "u", "uh", "ok", "a"))
CLOSINGS: Final = frozenset(("the", "vay", "a", "ah", "nhi", "ha", "ban", "nhe", "nha", "z", "v"))

# Syllables that stand in so many names that they name none ("đăng ký", "cấp giấy"): no topic of their own.
_GENERIC = """
can dang tai de khi trong cua den theo the da la bi do sao minh hom mang nop gi ay nay con sau truoc duoi tren ra vao
lam xin dang ky cap giay chung nhan so ban moi cu cong xac hanh chinh phuong xa thanh pho ha noi quan huyen tinh
nguoi con nha di lai doi thay sua bo sung them nam thang hai ba nhieu it tot nhat loai nhu cau
"""
GENERIC: Final[frozenset[str]] = frozenset(_GENERIC.split())
